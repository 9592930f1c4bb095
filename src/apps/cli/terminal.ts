// What a person or a machine sees: results on stdout, everything else on stderr.
import { styleText } from 'node:util'
import type { SingleBar } from 'cli-progress'

/** How far a long job is; call `end` when it is over. */
export interface Progress {
  update(done: number, total: number, what?: string): void
  end(): void
}

export class Terminal {
  /** True with --json: one JSON value on stdout, and no table. */
  readonly json: boolean
  #bar: Progress | undefined

  constructor({ json }: { readonly json: boolean }) {
    this.json = json
  }

  /** The result of a command: `value` for machines, `text` for people. */
  answer(value: unknown, text: () => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : withNewline(text()))
  }

  /** Plain text on stdout whatever the form asked for; for scripts and the like. */
  print(text: string): void {
    process.stdout.write(withNewline(text))
  }

  /** A remark on stderr. */
  note(text: string): void {
    this.#bar?.end()
    process.stderr.write(withNewline(text))
  }

  /** A bar on stderr with the time left, once the job has lasted a second; nothing when stderr is no terminal. */
  progress(title: string): Progress {
    this.#bar?.end()
    const bar = process.stderr.isTTY ? new Bar(title) : SILENT
    this.#bar = bar
    return bar
  }

  /** Clears the line of a bar that an interruption or an error left behind. */
  endProgress(): void {
    this.#bar?.end()
    this.#bar = undefined
  }
}

const SILENT: Progress = { update: () => {}, end: () => {} }
const PATIENCE_MILLIS = 1000

class Bar implements Progress {
  readonly #title: string
  readonly #startMillis = performance.now()
  #bar: SingleBar | undefined
  #ended = false

  constructor(title: string) {
    this.#title = title
  }

  update(done: number, total: number, what = ''): void {
    if (this.#ended) return
    if (this.#bar) {
      this.#bar.setTotal(total)
      this.#bar.update(done, { what, left: this.#left(done, total) })
    } else if (performance.now() - this.#startMillis > PATIENCE_MILLIS) {
      void this.#show(done, total, what)
    }
  }

  end(): void {
    this.#ended = true
    this.#bar?.stop()
    this.#bar = undefined
  }

  /** From the mean speed so far, which jumps less than that of the last moments. */
  #left(done: number, total: number): string {
    if (done <= 0) return '?'
    const seconds = Math.ceil(((performance.now() - this.#startMillis) / 1000) * ((total - done) / done))
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  }

  async #show(done: number, total: number, what: string): Promise<void> {
    const { SingleBar } = await import('cli-progress')
    if (this.#ended || this.#bar) return

    const bar = new SingleBar({
      format: `${this.#title} {bar} {percentage}% · {left} left · {what}`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
    })
    bar.start(total, done, { what, left: this.#left(done, total) })
    this.#bar = bar
  }
}

/** Bold on a terminal that shows it; NO_COLOR and pipes get the plain text. */
export const strong = (text: string): string => styleText('bold', text, { stream: process.stdout })
export const warning = (text: string): string => styleText(['bold', 'red'], text, { stream: process.stderr })

const withNewline = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)
