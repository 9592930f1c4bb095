// Which files of a project are its tests. What was named on the command line is production, whatever it is called.
import { existsSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join, parse, relative, sep } from 'node:path'

/** One of these makes a folder a project. */
const MARKERS = [
  'package.json',
  'deno.json',
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'requirements.txt',
  'Pipfile',
  'tox.ini',
  '.git',
  '.hg',
]

/** Folders whose content never runs in production. */
const TEST_FOLDER =
  /^(?:tests?|__tests?__|__mocks__|__fixtures__|__snapshots__|specs?|e2e|fixtures?|test-?data|bench|benches|benchmarks?|cypress|(?:unit|integration|e2e|acceptance|functional|smoke|system)[-_]?tests?|tests?[-_](?:data|fixtures?|support|unit|integration|e2e|helpers?|utils?|cases))$/i

/** Files that a test runner opens, and the settings of such runners. */
const TEST_FILE = new RegExp(
  [
    String.raw`\.(?:test|tests|spec|specs|fixture|fixtures|bench|e2e|e2e-spec|stories|story|cy)(?:\.[\w-]+)?\.[cm]?[jt]sx?$`,
    String.raw`^test_.*\.py$`,
    String.raw`_test\.py$`,
    String.raw`^conftest\.py$`,
    String.raw`^(?:noxfile|tests?)\.py$`,
    String.raw`^(?:vitest|jest|playwright|cypress|karma|wdio|mocha|ava|stryker|nightwatch|jasmine)[\w.-]*\.(?:config|conf|setup|workspace|shared|preset)\.[\w.]+$`,
    String.raw`^(?:setupTests|jest\.setup|vitest\.setup)\.[cm]?[jt]sx?$`,
  ].join('|'),
)

/** True where the name alone says that a test runner opens it: 'feed.test.ts', 'test_feed.py', 'conftest.py'. */
export const isTestFile = (name: string): boolean => TEST_FILE.test(name)

export const isTestFolder = (name: string): boolean => TEST_FOLDER.test(name)

/** Finds the project of a folder, and says what in it is a test; asks the disk once per folder. */
export class Projects {
  readonly #known = new Map<string, string | undefined>()
  /** A stray package.json in one of these says nothing of the folders below it. */
  readonly #shared = new Set([tmpdir(), homedir(), parse(process.cwd()).root])

  /** The nearest folder from `folder` upwards that has the marks of a project. Absolute paths. */
  rootOf(folder: string): string | undefined {
    if (this.#known.has(folder)) return this.#known.get(folder)

    const above = dirname(folder)
    const isProject = !this.#shared.has(folder) && MARKERS.some(marker => existsSync(join(folder, marker)))
    const root = isProject ? folder : above === folder ? undefined : this.rootOf(above)
    this.#known.set(folder, root)
    return root
  }

  /**
   * True for a test of the project that `file` lies in. Only what lies below `given`, the folder that was named on the command
   * line, and below the project's own folder can make it one.
   */
  isTest(file: string, given: string): boolean {
    if (file === given) return false
    const root = this.rootOf(dirname(file))
    if (root === undefined) return false

    const from = root.length > given.length ? root : given
    const folders = relative(from, dirname(file)).split(sep)
    return isTestFile(basename(file)) || folders.some(isTestFolder)
  }
}
