// The command line as a user meets it: each test starts real processes.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, STACK_TRACE, type Surroundings, quadrant as start } from '../../../test/command.ts'
import { isGroup, TREE } from './tree.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quadrant-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const quadrant = (args: readonly string[], surroundings: Partial<Surroundings> = {}): Promise<Ended> =>
  start(args, { cwd: folder, ...surroundings })

/** A new folder that only one test uses. */
const fresh = (): string => mkdtempSync(join(folder, 'test-'))

const COMMANDS = TREE.flatMap(entry => (isGroup(entry) ? entry.commands.map(leaf => [entry.name, leaf.name]) : [[entry.name]]))

const DATA_COMMANDS = TREE.flatMap(entry =>
  isGroup(entry) && entry.name === 'data' ? entry.commands.map(({ name }) => name) : [],
).join(' ')

describe('help', () => {
  test('lists every command on stdout', async () => {
    for (const args of [[], ['--help'], ['-h']]) {
      const { exit, stdout, stderr } = await quadrant(args)

      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      for (const { name, summary } of TREE) expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${name} ${summary}`)
    }
  })

  test('of each command shows its form and its options', async () => {
    const all = await Promise.all(COMMANDS.map(async words => ({ words, ...(await quadrant([...words, '--help'])) })))

    for (const { words, exit, stdout, stderr } of all) {
      expect({ words, exit, stderr }).toEqual({ words, exit: 0, stderr: '' })
      expect(stdout).toMatch(new RegExp(`^Usage: quadrant ${words.join(' ')}`))
      expect(stdout).toContain('--json')
    }
  })

  test('of a group lists its commands', async () => {
    const { exit, stdout } = await quadrant(['data', '--help'])

    expect(exit).toBe(0)
    for (const name of ['import', 'list', 'verify', 'gaps']) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  })
})

describe('a wrong command line', () => {
  test.each([
    [['bactest'], 'USAGE_COMMAND', "there is no command 'quadrant bactest'. Did you mean 'backtest'?"],
    [['data', 'imprt'], 'USAGE_COMMAND', "there is no command 'quadrant data imprt'. Did you mean 'import'?"],
    [['data'], 'USAGE_COMMAND', "'quadrant data' needs one of its commands: import, list, verify, gaps"],
    [['doctor', '--fxi'], 'USAGE_OPTION', "'quadrant doctor' has no option '--fxi'. Did you mean '--fix'?"],
    [['--verbose'], 'USAGE_OPTION', "'quadrant' has no option '--verbose'."],
    [['backtest', 'run'], 'USAGE_ARGUMENT', "missing required argument 'config'"],
    [['backtest', 'run', 'a.yaml', '--set'], 'USAGE_ARGUMENT', "option '--set <path=value>' argument missing"],
    [['version', 'now'], 'USAGE_ARGUMENT', 'too many arguments'],
    [['data', 'import', 'leam', 'x'], 'USAGE_ARGUMENT', "Did you mean 'lean'?"],
    [['kill'], 'USAGE_KILL', 'need a reason'],
    [['kill', '--reason', '  '], 'USAGE_KILL', 'need a reason'],
    [['why', 'run'], 'USAGE_WHY', 'say which order'],
    [['why', 'run', '--not', '--at', 'noon'], 'USAGE_WHY', "'noon' is no instant"],
    [['strategy', 'new', 'My Idea'], 'USAGE_NAME', "'My Idea' is no strategy name"],
    [['data', 'gaps', '--longer', 'soon'], 'USAGE_DURATION', "'soon' is no duration"],
  ])('%j is %s', async (args, code, message) => {
    // After `--set` the option's value would be taken for it.
    const withJson = args.at(-1) === '--set' ? ['--json', ...args] : [...args, '--json']
    const [spoken, machine] = await Promise.all([quadrant(args), quadrant(withJson)])

    expect(spoken).toMatchObject({ exit: 2, stdout: '' })
    expect(spoken.stderr).toMatch(new RegExp(`^error ${code}: `))
    expect(spoken.stderr).toContain(message)
    expect(spoken.stderr).toContain('\n  fix: ')

    expect(machine).toMatchObject({ exit: 2, stderr: '' })
    const { error } = JSON.parse(machine.stdout)
    expect(Object.keys(error)).toEqual(['code', 'message', 'fix'])
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('of any kind never shows a stack trace, and ends with a documented exit code', async () => {
    const words = TREE.flatMap(entry => [entry.name, ...(isGroup(entry) ? entry.commands.map(leaf => leaf.name) : [])])
    // The quickstart and the tests of strategies do real work for many seconds; they have tests of their own.
    const quick = words.filter(word => !['quickstart', 'init', 'test'].includes(word))
    const argument = fc.oneof(
      fc.constantFrom(...quick, '--json', '--set', '--', '--order', '-x', '', '.', '../..', '__proto__', 'lean', '{}'),
      fc.string({ maxLength: 8 }).filter(text => !text.includes('\0')),
    )

    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 5 }), async args => {
        const { exit, stdout, stderr } = await quadrant(args)
        expect([0, 1, 2, 3, 4, 6, 7, 20]).toContain(exit)
        expect(stderr + stdout).not.toMatch(STACK_TRACE)
        expect(stderr + stdout).not.toContain('INTERNAL_ERROR')
      }),
      { numRuns: process.env['CAMPAIGN'] ? 300 : 12 },
    )
  })
})

describe('a configuration', () => {
  test('that is missing is not found', async () => {
    const { exit, stdout } = await quadrant(['backtest', 'run', 'none.yaml', '--json'])

    expect(exit).toBe(4)
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: "there is no configuration file 'none.yaml'",
    })
  })

  test('with several faults has all of them listed, those of --set too', async () => {
    const file = join(fresh(), 'broken.yaml')
    writeFileSync(
      file,
      `name: broken
account: { equity: -1 }
data:
  - { instrument: WTI.EIA, kind: bars }
strategys: []
risk: { dataAge: soon }
`,
    )
    const { exit, stderr, stdout } = await quadrant(['backtest', 'run', file, '--set', 'venue.latency=fast'])

    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
    for (const fault of [
      'line 2: account.equity: -1 is not an amount',
      "line 4: data.0.kind: 'bars' is not one of quote, trade, bar, book",
      "line 5: strategys: unknown key. Did you mean 'strategies'?",
      "line 6: risk.dataAge: 'soon' is not a duration",
      "--set venue.latency: 'fast' is not a duration",
      'strategies: is missing',
    ]) {
      expect(stderr).toContain(fault)
    }
    expect(stderr).not.toMatch(STACK_TRACE)
  })

  test('that is no YAML is said to be so, with the line', async () => {
    const file = join(fresh(), 'broken.yaml')
    writeFileSync(file, 'name: a\ndata: [1, 2\nrisk: }\n')
    const { exit, stdout } = await quadrant(['backtest', 'run', file, '--json'])

    expect(exit).toBe(3)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(/line \d+: /) })
  })
})

describe('the state folder', () => {
  test('that cannot be made is said so', async () => {
    const file = join(fresh(), 'a-file')
    writeFileSync(file, '')
    const { exit, stdout } = await quadrant(['kill', '--reason', 'x', '--json'], { env: { QUADRANT_HOME: join(file, 'home') } })

    expect(exit).toBe(6)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'FILE_DENIED', fix: expect.stringContaining('QUADRANT_HOME') })
  })

  test('is .quadrant of the working directory, or where QUADRANT_HOME says', async () => {
    const here = fresh()
    const elsewhere = fresh()
    await quadrant(['kill', '--reason', 'here'], { cwd: here })
    await quadrant(['kill', '--reason', 'there'], { cwd: here, env: { QUADRANT_HOME: elsewhere } })

    expect(JSON.parse(readFileSync(join(here, '.quadrant/kill.json'), 'utf8'))).toMatchObject({ mode: 'halt', reason: 'here' })
    expect(JSON.parse(readFileSync(join(elsewhere, 'kill.json'), 'utf8'))).toMatchObject({ reason: 'there' })
  })
})

describe('kill', () => {
  test('stays in force until it is reset, with both on record', async () => {
    const cwd = fresh()
    const killed = await quadrant(['kill', '--flatten', '--reason', 'bad feed', '--json'], { cwd })
    expect(killed.exit).toBe(0)
    expect(JSON.parse(killed.stdout)).toMatchObject({
      mode: 'flatten',
      reason: 'bad feed',
      file: join(cwd, '.quadrant/kill.json'),
    })

    const reset = await quadrant(['kill', '--reset', '--reason', 'mended', '--json'], { cwd })
    expect(JSON.parse(reset.stdout)).toMatchObject({ reset: { reason: 'bad feed' }, reason: 'mended' })
    expect(existsSync(join(cwd, '.quadrant/kill.json'))).toBe(false)
    expect(readFileSync(join(cwd, '.quadrant/kill-record.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2)

    expect(await quadrant(['kill', '--reset', '--reason', 'again'], { cwd })).toMatchObject({ exit: 4 })
  })
})

describe('doctor', () => {
  test('finds this machine able, and creates the state folder when told to', async () => {
    const cwd = fresh()
    const { exit, stdout } = await quadrant(['doctor', '--fix', '--json'], { cwd })
    const { ok, checks } = JSON.parse(stdout)

    expect(checks.filter((check: { status: string }) => check.status === 'failed')).toEqual([])
    expect({ exit, ok }).toEqual({ exit: 0, ok: true })
    expect(readdirSync(join(cwd, '.quadrant')).sort()).toEqual(['journal', 'lake', 'runs'])
  })

  test('fails with 20 and the way out where the state folder cannot be', async () => {
    const file = join(fresh(), 'a-file')
    writeFileSync(file, '')
    const { exit, stdout } = await quadrant(['doctor'], { env: { QUADRANT_HOME: join(file, 'home') } })

    expect(exit).toBe(20)
    expect(stdout).toMatch(/^state folder +failed /m)
    expect(stdout).toContain('state folder: point QUADRANT_HOME at a folder this user may write')
  })
})

describe('a project', () => {
  test('is ready to run after init, and is never overwritten', async () => {
    const cwd = fresh()
    const made = await quadrant(['init', 'mine', '--json'], { cwd })
    expect(made.exit).toBe(0)
    expect(JSON.parse(made.stdout).next).toEqual(['cd mine', expect.stringMatching(/quadrant backtest run config\/first\.yaml$/)])

    const project = join(cwd, 'mine')
    const added = await quadrant(['strategy', 'new', 'my-idea', '--json'], { cwd: project })
    expect(JSON.parse(added.stdout).files).toEqual(['config/my-idea.yaml', 'strategies/my-idea.ts'])

    const listed = await quadrant(['strategy', 'list', '--json'], { cwd: project })
    const names = JSON.parse(listed.stdout).strategies.map((one: { name: string; where: string }) => `${one.where} ${one.name}`)
    expect(names).toEqual(
      expect.arrayContaining(['shipped ema-cross', 'strategies/first.ts first', 'strategies/my-idea.ts my-idea']),
    )

    const held = await quadrant(['data', 'list', '--json'], { cwd: project })
    expect(JSON.parse(held.stdout).holdings).toContainEqual(
      expect.objectContaining({ kind: 'bar', name: 'WTI.EIA', resolution: '1d' }),
    )

    const before = readFileSync(join(project, 'README.md'), 'utf8')
    expect(await quadrant(['init', 'mine'], { cwd })).toMatchObject({ exit: 1, stderr: expect.stringContaining('FILE_EXISTS') })
    expect(await quadrant(['strategy', 'new', 'my-idea'], { cwd: project })).toMatchObject({ exit: 1 })
    expect(readFileSync(join(project, 'README.md'), 'utf8')).toBe(before)
  })

  test('runs its first configuration, shows, compares and explains it', async () => {
    const cwd = join(fresh(), 'project')
    mkdirSync(cwd)
    await quadrant(['init'], { cwd })

    const first = JSON.parse((await quadrant(['backtest', 'run', 'config/first.yaml', '--json'], { cwd })).stdout)
    expect(first).toMatchObject({ mode: 'BACKTEST', startEquity: '100000', ledgerSum: { USD: '0' } })
    expect(first.orders).toBeGreaterThan(0)
    expect(existsSync(first.report)).toBe(true)

    const again = JSON.parse((await quadrant(['backtest', 'run', 'config/first.yaml', '--json'], { cwd })).stdout)
    expect(again.stateHash).toBe(first.stateHash)

    const other = JSON.parse(
      (await quadrant(['backtest', 'run', 'config/first.yaml', '--set', 'strategies.0.params.fast=15', '--json'], { cwd }))
        .stdout,
    )
    expect(other.configHash).not.toBe(first.configHash)

    const runs = JSON.parse((await quadrant(['backtest', 'list', '--json'], { cwd })).stdout).runs
    expect(runs.map((run: { id: string }) => run.id)).toEqual(expect.arrayContaining([first.id, other.id]))

    const compared = JSON.parse((await quadrant(['backtest', 'compare', first.id, other.id, '--json'], { cwd })).stdout)
    expect(compared.differences).toContainEqual({
      name: 'orders',
      a: first.orders,
      b: other.orders,
      difference: other.orders - first.orders,
    })

    const shown = JSON.parse((await quadrant(['backtest', 'show', first.id, '--json'], { cwd })).stdout)
    expect(shown.orderList).toHaveLength(first.orders)
    expect(shown.fillList).toHaveLength(first.fills)

    const filled = shown.fillList[0].orderId
    const { chain } = JSON.parse((await quadrant(['why', first.id, '--order', filled, '--json'], { cwd })).stdout)
    expect(chain[0].stage).toBe('portfolio')
    expect(chain.at(-1).stage).toBe('source')

    const { reasons } = JSON.parse((await quadrant(['why', first.id, '--not', '--at', '2000-06-01', '--json'], { cwd })).stdout)
    expect(reasons.length).toBeGreaterThan(0)

    expect((await quadrant(['backtest', 'report', first.id], { cwd })).stdout.trim()).toBe(first.report)
    expect(await quadrant(['backtest', 'show', 'no-such-run'], { cwd })).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('RUN_NOT_FOUND'),
    })
  }, 120_000)
})

describe('interrupting', () => {
  test('an import ends with 130 and leaves no half partition', async () => {
    const cwd = fresh()
    const lake = join(cwd, '.quadrant/lake')
    const { exit, stderr } = await quadrant(['init'], {
      cwd,
      during: child => {
        const watch = setInterval(() => existsSync(lake) && child.kill('SIGINT') && clearInterval(watch), 5)
        child.on('close', () => clearInterval(watch))
      },
    })

    expect(exit).toBe(130)
    expect(stderr).toContain('error INTERRUPTED')
    expect(readdirSync(cwd, { recursive: true }).filter(name => String(name).endsWith('.tmp'))).toEqual([])
  })
})

describe('completion', () => {
  test('scripts are made for each shell, and bash can read its own and finish commands with it', async () => {
    const [bash, zsh, fish] = await Promise.all(['bash', 'zsh', 'fish'].map(shell => quadrant(['completion', shell])))
    expect(zsh?.stdout).toMatch(/^#compdef quadrant/)
    expect(fish?.stdout).toContain('complete -c quadrant')

    const script = join(fresh(), 'quadrant.bash')
    writeFileSync(script, bash?.stdout ?? '')
    execFileSync('bash', ['-n', script])
    const finish = (line: string) =>
      execFileSync(
        'bash',
        [
          '-c',
          `source "$1"; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _quadrant; echo "\${COMPREPLY[*]}"`,
          'bash',
          script,
        ],
        {
          encoding: 'utf8',
        },
      ).trim()

    expect(finish('quadrant back')).toBe('backtest')
    expect(finish("quadrant data ''")).toBe(DATA_COMMANDS)
    expect(finish('quadrant data import bin')).toBe('binance-capture')
    expect(finish('quadrant backtest run --s')).toBe('--set')
  })
})

test('colours stay out of what is no terminal, and NO_COLOR is nothing to worry about', async () => {
  for (const env of [{}, { NO_COLOR: '1' }, { NO_COLOR: '', TERM: 'xterm-256color' }]) {
    const { stdout, stderr } = await quadrant(['data', 'list'], { env })
    expect(stdout + stderr).not.toContain('\u001b')
  }
})
