// quadrant kill: stops all new risk of every run of this state folder until it is reset, with a reason on record.
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { engageKill, type KillMode, killFile, resetKill } from '../kill-switch.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly reason?: string
  readonly cancel?: boolean
  readonly flatten?: boolean
  readonly reset?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .option('--reason <text>', 'why; kept on record (required)')
    .option('--cancel', 'also cancel open orders')
    .option('--flatten', 'also cancel open orders and close positions')
    .option('--reset', 'take the kill back')
    .action((options: Options) => {
      const reason = options.reason?.trim() ?? ''
      if (reason === '') throw usage('a kill and its reset need a reason, for the record')
      if (options.reset && (options.cancel || options.flatten)) throw usage('--reset goes without --cancel and --flatten')

      const home = stateHome()
      if (options.reset) {
        const reset = resetKill(home, reason)
        terminal.answer(reset, () => `The kill of ${reset.reset.time} is taken back. New risk is allowed again.`)
        return
      }

      const mode: KillMode = options.flatten ? 'flatten' : options.cancel ? 'cancel' : 'halt'
      const kill = engageKill(home, { mode, reason })
      terminal.answer({ ...kill, file: killFile(home) }, () =>
        [
          `Killed (${kill.mode}): no run of ${home} takes new risk.`,
          'To allow it again: quadrant kill --reset --reason "…"',
        ].join('\n'),
      )
    })
}

const usage = (message: string): Failure => new Failure('USAGE_KILL', { message, fix: 'quadrant kill --reason "what happened"' })
