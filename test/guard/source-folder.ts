// A folder of sources for a test of the source check: written from a table, gone when the test is.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** 'src/a.ts' → its text or bytes. */
export type Sources = Readonly<Record<string, string | Uint8Array>>

export class SourceFolder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'guard-')))

  constructor(sources: Sources = {}) {
    this.write(sources)
  }

  write(sources: Sources): void {
    for (const [file, text] of Object.entries(sources)) {
      mkdirSync(dirname(join(this.path, file)), { recursive: true })
      writeFileSync(join(this.path, file), text)
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** The shortest thing that a rule finds, in two languages. */
export const SINON = "import sinon from 'sinon'\nexport const clock = sinon\n"
export const PYTEST = 'import pytest\n'
