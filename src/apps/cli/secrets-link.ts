// quadrant secrets link: a consent in the browser instead of a key; its code comes from stdin or a hidden prompt.
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import type { LinkResult } from '../link-source.ts'
import { readSecret } from './hidden-input.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly redirect: string
  readonly practice?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<source>', 'such as ctrader')
    .option(
      '--redirect <address>',
      'where the browser is sent afterwards, as registered with the application',
      'http://localhost/',
    )
    .option('--practice', "ask the source's practice environment for the accounts")
    .action(async (name: string, { redirect, practice }: Options) => {
      const { linkSource } = await import('../link-source.ts')
      const result = await linkSource(name, {
        home: stateHome(),
        environment: practice === true ? 'practice' : 'live',
        redirectUri: redirect,
        ask: address => {
          terminal.note(
            `Open this in a browser and say yes:\n\n  ${address}\n\nIt is then sent to ${redirect}?code=…, where nothing needs to answer.`,
          )
          return readSecret('Paste that address here, within a minute (it is not shown): ')
        },
      })
      terminal.answer(result, () => summary(result))
    })
}

function summary({ source, accounts, variable, unanswered }: LinkResult): string {
  const kept = `${source} is linked; its tokens are kept in the state folder.`
  if (unanswered !== undefined) return `${kept}\nWhich accounts they open could not be asked: ${unanswered}`
  if (accounts.length === 0) return `${kept}\nThe consent opens no account: say yes again, and tick one.`
  const lines = accounts.map(({ id, environment = 'unknown', title }) => `  ${id}  ${environment}  ${title}`)
  return `${kept}\nIt opens:\n${lines.join('\n')}\nTo choose one: quadrant secrets set ${variable}`
}
