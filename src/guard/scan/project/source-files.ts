// Which files are scanned: everything below the paths named that a runtime would run, and what was left out, with the reason.
import { closeSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Language } from '../program/program.ts'
import { gitIgnored } from './git-ignored.ts'
import { Projects } from './project-tests.ts'

export interface SourceFile {
  /** Absolute. */
  readonly path: string
  /** As it is reported: from the folder the scan was started in, with forward slashes; absolute where that is elsewhere. */
  readonly file: string
  /** Named on the command line itself, and so read whatever it is. */
  readonly isGiven: boolean
  /** A test of its project. */
  readonly isTest: boolean
  /** Absolute; undefined for files that are in no project. */
  readonly project: string | undefined
  readonly bytes: number
}

/** A place that was found and not read. */
export interface Skipped {
  readonly file: string
  readonly why: string
}

export interface Collected {
  readonly files: readonly SourceFile[]
  readonly skipped: readonly Skipped[]
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  '.ts': 'typescript',
  '.tsx': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.js': 'javascript',
  '.jsx': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.py': 'python',
  '.pyw': 'python',
  '.pyi': 'python',
}

/** What the name says: 'feed.mts' is TypeScript. Undefined for names that say nothing. */
export const languageOfName = (name: string): Language | undefined => LANGUAGES[extname(name).toLowerCase()]

/** What the first line says: `#!/usr/bin/env python3`. */
export function languageOfScript(opening: string): Language | undefined {
  const interpreter = /^#![^\n]*?\b(node|nodejs|deno|bun|tsx|ts-node|python[\d.]*|pypy[\d.]*)\b/.exec(opening)?.[1]
  if (interpreter === undefined) return undefined
  if (/^py/.test(interpreter)) return 'python'
  return /^(?:node|nodejs)$/.test(interpreter) ? 'javascript' : 'typescript'
}

/** Declarations of types: nothing in them runs. */
const TYPES_ONLY = /\.d\.(?:[\w-]+\.)?[cm]?ts$|\.pyi$/

/** Folders of other people's packages and of what tools leave behind. */
const PACKAGES = new Set(['node_modules', 'bower_components', 'jspm_packages', 'site-packages', '__pycache__', '__pypackages__'])

/** A path that is not there is thrown as the system says it: ENOENT with its `path`. */
export function collect(paths: readonly string[], startedIn: string): Collected {
  const projects = new Projects()
  const found = new Map<string, SourceFile>()
  const skipped: Skipped[] = []

  const shown = (path: string) => reported(path, startedIn)
  const add = (path: string, given: string, bytes: number) => {
    if (found.get(path)?.isGiven) return
    const project = projects.rootOf(dirname(path))
    const isTest = projects.isTest(path, given) && found.get(path)?.isTest !== false
    found.set(path, { path, file: shown(path), isGiven: path === given, isTest, project, bytes })
  }

  for (const path of paths) {
    const given = resolve(startedIn, path)
    const stats = statSync(given)
    if (!stats.isDirectory()) {
      add(given, given, stats.isFile() ? stats.size : 0)
      continue
    }
    const ignored = gitIgnored(given)
    const open = [given]
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      const inside = entries(folder)
      if (inside === undefined) {
        skipped.push({ file: shown(folder), why: 'a folder that may not be opened' })
        continue
      }
      if (folder !== given && inside.some(({ name }) => name === 'pyvenv.cfg')) {
        skipped.push({ file: shown(folder), why: "a virtual environment: other people's packages" })
        continue
      }
      for (const entry of inside) {
        const at = join(folder, entry.name)
        const why = entry.isDirectory() ? folderLeftOut(entry.name) : undefined
        const isSource = !entry.isDirectory() && (isSourceName(entry.name) || (entry.isFile() && isScript(at)))

        if (why !== undefined) skipped.push({ file: shown(at), why })
        else if (ignored.has(at) && (entry.isDirectory() || isSource)) skipped.push({ file: shown(at), why: 'ignored by git' })
        else if (entry.isDirectory()) open.push(at)
        else if (entry.isSymbolicLink() && (isSource || leadsToFolder(at))) {
          skipped.push({ file: shown(at), why: 'a symbolic link: name it to have it read' })
        } else if (entry.isFile() && isSource) add(at, given, lstatSync(at).size)
      }
    }
  }

  const inOrder = (a: { readonly file: string }, b: { readonly file: string }) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)
  return { files: [...found.values()].sort(inOrder), skipped: skipped.sort(inOrder) }
}

export function reported(path: string, startedIn: string): string {
  const near = relative(startedIn, path)
  const name = near === '' ? '.' : near === '..' || near.startsWith(`..${sep}`) || isAbsolute(near) ? path : near
  return sep === '/' ? name : name.replaceAll(sep, '/')
}

function entries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return undefined
  }
}

function folderLeftOut(name: string): string | undefined {
  if (PACKAGES.has(name)) return "other people's packages, or what a tool left behind"
  return name.startsWith('.') ? 'a hidden folder' : undefined
}

const isSourceName = (name: string): boolean => languageOfName(name) !== undefined && !TYPES_ONLY.test(name)

/** Without an extension only the first line can tell. */
function isScript(path: string): boolean {
  return !basename(path).includes('.') && languageOfScript(openingOf(path)) !== undefined
}

function openingOf(path: string): string {
  const bytes = Buffer.alloc(128)
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0))
  } catch {
    return ''
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory()
  } catch {
    return false
  }
}
