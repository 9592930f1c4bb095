// What production code loads: nothing of a test folder, and from where live trading begins nothing that pretends to be a market.
import { dirname, relative, sep } from 'node:path'
import { wordsOf } from '../clues/market-words.ts'
import type { Examined, Reference } from '../examination/examined.ts'
import { finding } from '../findings.ts'
import { liveReachesTest } from '../own-rules.ts'
import type { Places } from '../program/places.ts'
import type { Finding, Place } from '../rule.ts'
import { liveEntries } from './live-entries.ts'
import type { ModuleResolver } from './module-resolver.ts'
import { Projects } from './project-tests.ts'
import { reported, type SourceFile } from './source-files.ts'

export interface LiveReach {
  /** By absolute path. */
  readonly files: ReadonlyMap<string, { readonly file: SourceFile; readonly examined: Examined }>
  /** Absolute; when none is given, what the projects say in package.json, else the files named after it. */
  readonly entries: readonly string[]
  readonly resolver: ModuleResolver
  readonly places: Places
  readonly startedIn: string
}

/** One import that should not be, with the file it leads to. */
interface Edge {
  readonly from: string
  readonly at: number
  readonly to: string
}

/**
 * Two ways to be wrong, each told where it begins: a file that loads tests of its project, and an entry from which the paths lead to
 * what pretends.
 */
export async function liveFindings(reach: LiveReach): Promise<Finding[]> {
  const graph = new Graph(reach)
  const fromEntries = [...(await graph.pathsThatPretend()).values()].map(paths => graph.told(paths))
  const told = new Set(fromEntries.map(({ file, line, column }) => `${line} ${column} ${file}`))

  const direct = Map.groupBy(graph.edgesIntoTests(), ({ from, at }) => `${at} ${from}`)
  const ofTests = [...direct.values()].map(([edge]) => graph.told([{ edges: [edge!], what: OF_TESTS }]))
  return [...fromEntries, ...ofTests.filter(({ file, line, column }) => !told.has(`${line} ${column} ${file}`))]
}

const OF_TESTS = 'a file of the tests'

/** How something that pretends is reached: the imports in their order. */
interface Path {
  readonly edges: readonly Edge[]
  readonly what: string
}

class Graph {
  readonly #reach: LiveReach
  readonly #projects = new Projects()
  readonly #isTest = new Map<string, boolean>()

  constructor(reach: LiveReach) {
    this.#reach = reach
  }

  /** Imports by which code of a project loads its tests, whoever reaches that code. */
  edgesIntoTests(): Edge[] {
    return [...this.#reach.files.values()].flatMap(({ file, examined }) =>
      file.isTest
        ? []
        : this.#edges(file.path, examined.references).filter(
            ({ to }) => this.isTest(to) && this.#projects.rootOf(dirname(to)) === file.project,
          ),
    )
  }

  /** The shortest chains of imports from the entries to files that pretend, by the import in the entry they begin with. */
  async pathsThatPretend(): Promise<ReadonlyMap<string, [Path, ...Path[]]>> {
    const cameBy = new Map<string, Edge | undefined>(this.#entries().map(entry => [entry, undefined]))
    const found = new Map<string, [Path, ...Path[]]>()

    // Breadth first: `cameBy` grows while it is walked.
    for (const [file] of cameBy) {
      for (const edge of this.#edges(file, await this.#referencesOf(file))) {
        const what = this.#pretence(edge.to)
        if (what === undefined) {
          if (!cameBy.has(edge.to)) cameBy.set(edge.to, edge)
          continue
        }
        const edges = pathTo(edge, cameBy)
        const key = `${edges[0]!.at} ${edges[0]!.from}`
        const before = found.get(key)
        if (before) before.push({ edges, what })
        else found.set(key, [{ edges, what }])
      }
    }
    return found
  }

  /** One finding where the paths begin, with the first of them; the others are counted. */
  told([{ edges, what }, ...others]: readonly [Path, ...Path[]]): Finding {
    const last = edges.at(-1)!
    const chain = [edges[0]!.from, ...edges.map(({ to }) => to)].map(file => this.#shown(file))
    const evidence: Place[] = edges.map(({ from, at }) => this.#reach.places.at(this.#shown(from), at))
    evidence.push(this.#reach.places.at(this.#shown(last.to), 0))

    const verb = edges.length > 1 ? 'reaches' : 'loads'
    const more = others.length === 0 ? '' : ` (and ${others.length} more behind the same import)`
    return finding(liveReachesTest, evidence[0]!, `this ${verb} ${what}: ${chain.join(' → ')}${more}`, evidence)
  }

  isTest(path: string): boolean {
    const scanned = this.#reach.files.get(path)
    if (scanned) return scanned.file.isTest
    const known = this.#isTest.get(path)
    if (known !== undefined) return known

    const is = this.#projects.isTest(path, dirname(path) === path ? path : (this.#projects.rootOf(dirname(path)) ?? path))
    this.#isTest.set(path, is)
    return is
  }

  #edges(from: string, references: readonly Reference[]): Edge[] {
    const { resolver } = this.#reach
    return references.flatMap(({ module, names, at }) => {
      const files = [resolver.resolve(from, module), ...names.map(name => resolver.resolveName(from, module, name))]
      return [...new Set(files)].flatMap(to => (to === undefined || to === from ? [] : [{ from, at, to }]))
    })
  }

  /** Live trading may pass through files that were not asked to be scanned. */
  async #referencesOf(path: string): Promise<readonly Reference[]> {
    const scanned = this.#reach.files.get(path)
    if (scanned) return scanned.examined.references
    if (path.includes(`${sep}node_modules${sep}`)) return []

    const { examineBatch } = await import('../examination/examine-batch.ts')
    const project = this.#projects.rootOf(dirname(path))
    const file = { path, file: this.#shown(path), isGiven: true, isTest: false, project, bytes: 0 }
    return (await examineBatch([file])).done[0]?.references ?? []
  }

  #entries(): readonly string[] {
    const { entries, files, resolver } = this.#reach
    if (entries.length > 0) return entries
    return liveEntries(
      [...files.values()].flatMap(({ file }) => (file.isTest ? [] : [file])),
      resolver,
    )
  }

  /** Why a file may not be loaded where money is at stake. */
  #pretence(path: string): string | undefined {
    if (this.isTest(path)) return OF_TESTS
    const root = this.#projects.rootOf(dirname(path)) ?? this.#reach.startedIn
    const inside = relative(root, path)
    return isSimulation(inside) ? 'a simulated venue or source' : undefined
  }

  #shown(path: string): string {
    return this.#reach.files.get(path)?.file.file ?? reported(path, this.#reach.startedIn)
  }
}

function pathTo(last: Edge, cameBy: ReadonlyMap<string, Edge | undefined>): Edge[] {
  const path = [last]
  for (let edge = cameBy.get(last.from); edge !== undefined; edge = cameBy.get(edge.from)) path.unshift(edge)
  return path
}

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const PRETENDS = list(`
  simulated simulator simulators simulation sim paper fake mock mocked synthetic dummy stub demo canned hardcoded
`)

/** Those that say it without another word. */
const ALONE = list('simulator fake mock synthetic dummy stub')

/** What a market is asked for or told through. */
const OF_A_MARKET = list(`
  venue venues exchange exchanges broker brokers feed feeds source sources market markets data quote quotes tick ticks price prices candle
  candles bar bars book orderbook trade trades trading fill fills matching engine adapter gateway stream streams connector provider client
`)

/** What is about pretending without doing it. */
const ABOUT = list(`
  report reports detector detectors detection validator validation guard check checks checker result results statistics stats metrics
  summary analysis compare comparison config options settings cross crosses index option filter
`)

/** A simulator by its path: 'adapters/simulated-venue/fills.ts', 'fake_exchange.py', 'simulator/index.ts'. A report about one is none. */
function isSimulation(path: string): boolean {
  return path
    .replace(/\.\w+$/, '')
    .split(sep)
    .some(segment => {
      const words = wordsOf(segment)
      if (words.length === 1) return ALONE.has(words[0]!)
      const [pretends, isOfMarket, isAbout] = [PRETENDS, OF_A_MARKET, ABOUT].map(each => words.some(word => each.has(word)))
      return pretends === true && isOfMarket === true && isAbout === false
    })
}
