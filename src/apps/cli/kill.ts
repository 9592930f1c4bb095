// quadrant kill: stops all new risk of every run of this state folder until it is reset, with a reason on record.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { engageKill, type KillMode, killFile, operatorName, readKill, resetKill } from '../kill-switch.ts'
import { readSecret } from './hidden-input.ts'
import { databaseUrl } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly reason?: string
  readonly cancel?: boolean
  readonly flatten?: boolean
  readonly reset?: boolean
  readonly user?: string
  readonly passwordStdin?: boolean
  readonly code?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .option('--reason <text>', 'why; kept on record (required)')
    .option('--cancel', 'also cancel open orders')
    .option('--flatten', 'also cancel open orders and close positions')
    .option('--reset', 'take the kill back; an admin does, once the dashboard has accounts')
    .option('--user <name>', 'with --reset: the admin who takes it back')
    .option('--password-stdin', "with --reset: read the admin's password from stdin")
    .option('--code <digits>', "with --reset: of the admin's authenticator")
    .action(async (options: Options) => {
      const reason = options.reason?.trim() ?? ''
      if (reason === '') throw usage('a kill and its reset need a reason, for the record')
      if (options.reset && (options.cancel || options.flatten)) throw usage('--reset goes without --cancel and --flatten')

      const home = stateHome()
      if (options.reset) {
        const reset = await resetKill(home, reason, await resettingUser(home, reason, options))
        terminal.answer(reset, () => `The kill of ${reset.reset.time} is taken back. New risk is allowed again.`)
        return
      }

      const mode: KillMode = options.flatten ? 'flatten' : options.cancel ? 'cancel' : 'halt'
      const { kill, durable } = engageKill(home, { mode, reason })
      await durable
      terminal.answer({ ...kill, file: killFile(home) }, () =>
        [
          `Killed (${kill.mode}): no run of ${home} takes new risk.`,
          'To allow it again: quadrant kill --reset --reason "…"',
        ].join('\n'),
      )
    })
}

/** The admin who proved to be one; undefined where the house has no accounts and the shell's user is all there is. */
async function resettingUser(home: string, reason: string, { user, passwordStdin, code }: Options): Promise<string | undefined> {
  if (databaseUrl() === undefined && !existsSync(join(home, 'database'))) return undefined
  const { withPeople } = await import('../people/control.ts')
  return await withPeople({ home, url: databaseUrl() }, async desk => {
    if ((await desk.users()).length === 0) return undefined
    if (user === undefined) throw usage('only an admin takes a kill back: --user NAME, and --password-stdin or a keyboard')
    if (passwordStdin !== true && !process.stdin.isTTY) throw usage("there is no keyboard to ask for the admin's password")
    const password = await readSecret('password: ')
    const before = readKill(home) ?? null
    const { user: name } = await desk.allowStopReset(operatorName(), { name: user, password, code, reason, before })
    return name
  })
}

const usage = (message: string): Failure => new Failure('USAGE_KILL', { message, fix: 'quadrant kill --reason "what happened"' })
