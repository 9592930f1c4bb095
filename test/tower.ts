// The one description of the source tree's floors. The walls are checked against it and the picture is drawn from it.

export interface Floor {
  readonly floor: number
  /** What the floor is for, in a few words. */
  readonly purpose: string
  /** Folders below src/, in reading order. Rooms of one floor are strangers. */
  readonly rooms: readonly string[]
}

export const TOWER: readonly Floor[] = [
  { floor: 7, purpose: 'the commands, the configuration, the wiring', rooms: ['apps'] },
  {
    floor: 6,
    purpose: 'touch the world · ask questions of a run · keep it real',
    rooms: [
      'adapters/kraken',
      'adapters/binance',
      'adapters/coinbase',
      'adapters/oanda',
      'adapters/ctrader',
      'adapters/mt5',
      'adapters/fred',
      'adapters/dukascopy',
      'adapters/redis',
      'adapters/recording',
      'adapters/files',
      'adapters/lake',
      'adapters/journal',
      'adapters/simulated-venue',
      'adapters/run-link',
      'adapters/database',
      'adapters/gateway',
      'research',
      'guard',
    ],
  },
  {
    floor: 5,
    purpose: 'what every connection needs · who may do what · how it runs',
    rooms: ['connectivity', 'access', 'operations'],
  },
  { floor: 4, purpose: 'the words between processes', rooms: ['wire'] },
  { floor: 3, purpose: 'the one loop and its sockets · the authoring API', rooms: ['engine', 'sdk'] },
  {
    floor: 2,
    purpose: 'ten rooms in a row, no doors between them',
    rooms: [
      'stages/quality',
      'stages/market',
      'stages/features',
      'stages/senses',
      'stages/fusion',
      'stages/signals',
      'stages/allocation',
      'stages/risk',
      'stages/execution',
      'stages/portfolio',
    ],
  },
  { floor: 1, purpose: 'the words of the trade; imports nothing', rooms: ['domain'] },
]

const TOP = Math.max(...TOWER.map(({ floor }) => floor))

/** Files that nobody imports because a person, a shell or a fork opens them. */
export const ENTRIES: readonly string[] = [
  'src/apps/cli/main.ts',
  'src/apps/serve/work-process.ts',
  'src/sdk/sdk.ts',
  'src/guard/scan/examination/examine-worker.ts',
  'src/guard/scan/examination/examine-child.ts',
]

/** The room a source file lives in: 'src/stages/risk/gate.ts' → 'stages/risk'. Undefined outside of every room. */
export const roomOf = (file: string): string | undefined =>
  TOWER.flatMap(floor => floor.rooms).find(room => file.startsWith(`src/${room}/`))

export const floorOf = (room: string): number => TOWER.find(floor => floor.rooms.includes(room))?.floor ?? 0

/** The picture of ARCHITECTURE.md, upstairs first. */
export function drawTower(): string {
  const width = 62
  const rule = (left: string, right: string) => `           ${left}${'─'.repeat(width)}${right}`
  const lines = TOWER.flatMap(({ floor, purpose, rooms }) => {
    const [first = '', ...rest] = wrap(
      rooms.map(room => room.replace(/^stages\//, '')),
      width - 2,
    )
    const body = [first, ...rest].map(
      (text, i) =>
        `${(i === 0 ? ` floor ${floor}` : '').padEnd(11)}│ ${text.padEnd(width - 2)} │${i === 0 ? `  ${purpose}` : ''}`,
    )
    return [rule(floor === TOP ? '┌' : '├', floor === TOP ? '┐' : '┤'), ...body]
  })
  return [...lines, rule('└', '┘')].join('\n')
}

function wrap(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 3 + word.length <= width) lines[lines.length - 1] = `${last} · ${word}`
    else lines.push(word)
  }
  return lines
}
