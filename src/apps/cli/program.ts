// Finds the command that was meant, loads its file, runs it, and turns whatever goes wrong into words and an exit code.
import { Command, CommanderError } from 'commander'
import { EXIT, Failure } from '../failure.ts'
import { didYouMean } from '../suggest.ts'
import { watchInterrupts } from './interrupt.ts'
import { Terminal } from './terminal.ts'
import { isGroup, type Leaf, TREE } from './tree.ts'
import { tell } from './trouble.ts'

/** Runs the command line and ends the process with the documented exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const json = args.slice(0, end).includes('--json')
  const terminal = new Terminal({ json })

  watchInterrupts(terminal)
  stayQuietWhenNobodyReads()
  process.on('uncaughtException', error => process.exit(tell(error, terminal)))
  process.on('unhandledRejection', error => process.exit(tell(error, terminal)))

  let exit: number = EXIT.ok
  try {
    const rest = args.filter((arg, index) => arg !== '--json' || index >= end)
    await run(rest[0] === '--version' || rest[0] === '-V' ? ['version', ...rest.slice(1)] : rest, terminal)
    exit = Number(process.exitCode ?? EXIT.ok)
  } catch (error) {
    exit = tell(error, terminal)
  }

  // Written out first: ending a process may cut what a pipe has not taken yet.
  process.stdout.write('', () => process.exit(exit))
}

async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  const program = outline()
  const found = find(program, args)
  if (found) (await found.leaf.load()).define(found.command.option('--json', 'print one JSON value on stdout'), terminal)

  try {
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw usageFailure(error, program, args)
  }
}

/** The whole tree with names and summaries only: all that --help needs. */
export function outline(): Command {
  const program = bare(new Command('quadrant'))
    .description('Market intelligence and trading: real data in, explained and reproducible orders out.')
    .usage('<command> [options]')
    .addHelpText(
      'after',
      `\nResults go to stdout, everything else to stderr. --json prints for machines. State lives in .quadrant, or where QUADRANT_HOME says.`,
    )

  for (const entry of TREE) {
    const command = bare(program.command(entry.name).description(entry.summary))
    if (!isGroup(entry)) continue
    command.usage('<command> [options]')
    for (const leaf of entry.commands) bare(command.command(leaf.name).description(leaf.summary))
  }
  return program
}

/** Errors come back to `run` instead of being printed, and help needs no command of its own. */
const bare = (command: Command): Command =>
  command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpCommand(false)
    .helpOption('-h, --help', 'show this')
    .showSuggestionAfterError(false)

function find(program: Command, args: readonly string[]): { readonly leaf: Leaf; readonly command: Command } | undefined {
  const [first, second] = args.filter(arg => !arg.startsWith('-'))
  const entry = TREE.find(({ name }) => name === first)
  if (!entry) return undefined

  const outer = child(program, entry.name)
  if (!isGroup(entry)) return { leaf: entry, command: outer }
  const leaf = entry.commands.find(({ name }) => name === second)
  return leaf && { leaf, command: child(outer, leaf.name) }
}

const child = (command: Command, name: string): Command => command.commands.find(other => other.name() === name)!

function usageFailure(error: CommanderError, program: Command, args: readonly string[]): Failure {
  const words = args.filter(arg => !arg.startsWith('-'))
  const group = program.commands.find(command => command.name() === words[0])
  const command = group?.commands.find(other => other.name() === words[1]) ?? group ?? program
  const path = [...new Set(['quadrant', group?.name() ?? '', command === program ? '' : command.name()])]
    .filter(name => name !== '')
    .join(' ')
  const fix = `see \`${path} --help\``

  switch (error.code) {
    case 'commander.unknownCommand':
    case 'commander.help':
    case 'commander.excessArguments': {
      const names = command.commands.map(other => other.name())
      if (names.length === 0) return new Failure('USAGE_ARGUMENT', { message: spoken(error), fix })

      const typed = command === program ? words[0] : words[1]
      if (typed === undefined) {
        return new Failure('USAGE_COMMAND', { message: `'${path}' needs one of its commands: ${names.join(', ')}`, fix })
      }
      return new Failure('USAGE_COMMAND', { message: `there is no command '${path} ${typed}'.${didYouMean(typed, names)}`, fix })
    }
    case 'commander.unknownOption': {
      const typed = /'([^']*)'/.exec(error.message)?.[1] ?? ''
      const known = ['--help', '--json', ...command.options.flatMap(option => option.long ?? [])]
      return new Failure('USAGE_OPTION', { message: `'${path}' has no option '${typed}'.${didYouMean(typed, known)}`, fix })
    }
    case 'commander.invalidArgument': {
      const [, typed = '', choices = ''] = /value '([^']*)' is invalid .*Allowed choices are (.*)\.$/.exec(error.message) ?? []
      if (choices === '') return new Failure('USAGE_ARGUMENT', { message: spoken(error), fix })
      const hint = didYouMean(typed, choices.split(', '))
      return new Failure('USAGE_ARGUMENT', { message: `'${typed}' is not one of ${choices}.${hint}`, fix })
    }
    default:
      return new Failure('USAGE_ARGUMENT', { message: spoken(error), fix })
  }
}

const spoken = (error: CommanderError): string => error.message.replace(/^error: /, '')

/** `quadrant … | head` closes the pipe early; that is no fault of anybody. */
function stayQuietWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok)
    throw error
  })
}
