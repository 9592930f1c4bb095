// quadrant doctor: checks this machine and says how to mend what is wrong.
import type { Command } from 'commander'
import { EXIT } from '../failure.ts'
import { stateHome } from '../home.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.option('--fix', 'create what can be created').action(async ({ fix = false }: { fix?: boolean }) => {
    const { examine } = await import('../doctor.ts')
    const checks = await examine(stateHome(), { fix })
    const failed = checks.filter(({ status }) => status === 'failed').length

    terminal.answer({ ok: failed === 0, checks }, () => {
      const rows = checks.map(check => [check.name, check.status, check.found])
      const fixes = checks.filter(check => check.fix !== '').map(check => `${check.name}: ${check.fix}`)
      const verdict = failed === 0 ? 'Everything a run needs is there.' : `${failed} of ${checks.length} checks failed.`
      return [
        table([{ title: 'check' }, { title: 'status' }, { title: 'found' }], rows),
        ...(fixes.length > 0 ? ['', ...fixes] : []),
        '',
        verdict,
      ].join('\n')
    })
    if (failed > 0) process.exitCode = EXIT.checkFailed
  })
}
