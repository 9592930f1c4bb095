// quadrant completion: scripts that let a shell finish commands and options, made from the command tree itself.
import { Argument, Command } from 'commander'
import type { Terminal } from './terminal.ts'
import { isGroup, TREE } from './tree.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

/** One command line that can be finished: 'data import', and what may follow. */
interface Line {
  readonly words: readonly string[]
  readonly summary: string
  readonly choices: readonly Choice[]
}

interface Choice {
  readonly word: string
  readonly summary: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument('<shell>', 'which shell').choices([...SHELLS]))
    .addHelpText(
      'after',
      `
bash:  quadrant completion bash > ~/.local/share/bash-completion/completions/quadrant
zsh:   quadrant completion zsh > "\${fpath[1]}/_quadrant"
fish:  quadrant completion fish > ~/.config/fish/completions/quadrant.fish`,
    )
    .action(async (shell: Shell) => {
      const script = SCRIPTS[shell](await linesOf(terminal))
      terminal.answer({ shell, script }, () => script)
    })
}

async function linesOf(terminal: Terminal): Promise<Line[]> {
  const lines: Line[] = [{ words: [], summary: '', choices: TREE.map(asChoice) }]
  for (const entry of TREE) {
    if (isGroup(entry)) lines.push({ words: [entry.name], summary: entry.summary, choices: entry.commands.map(asChoice) })

    for (const leaf of isGroup(entry) ? entry.commands : [entry]) {
      const command = new Command(leaf.name)
      ;(await leaf.load()).define(command, terminal)
      const options = command.options.map(option => ({ word: option.long ?? option.short ?? '', summary: option.description }))
      const values = command.registeredArguments
        .flatMap(argument => argument.argChoices ?? [])
        .map(word => ({ word, summary: '' }))
      lines.push({
        words: isGroup(entry) ? [entry.name, leaf.name] : [leaf.name],
        summary: leaf.summary,
        choices: [...values, ...options, ...ALWAYS],
      })
    }
  }
  return lines
}

const ALWAYS: readonly Choice[] = [
  { word: '--json', summary: 'print one JSON value on stdout' },
  { word: '--help', summary: 'show help' },
]

const asChoice = ({ name, summary }: { name: string; summary: string }): Choice => ({ word: name, summary })

/** Where nothing of ours fits, every shell falls back to file names. */
const SCRIPTS: Readonly<Record<Shell, (lines: readonly Line[]) => string>> = {
  bash: lines => `# Completion of the quadrant command for bash.
_quadrant() {
  local current words choices options
  current=\${COMP_WORDS[COMP_CWORD]}
  words="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
  choices='' options=''
  case " $words " in
${deepestFirst(lines)
  .map(({ words, choices }) => `    ${bashPattern(words)}) ${bashChoices(choices)} ;;`)
  .join('\n')}
  esac
  [[ $current == -* ]] && choices=$options
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
}
complete -o default -F _quadrant quadrant
`,

  zsh: lines => `#compdef quadrant
# Completion of the quadrant command for zsh.
_quadrant() {
  local -a choices
  local typed=" \${(j: :)words[2,CURRENT-1]} "
  case "$typed" in
${deepestFirst(lines)
  .map(
    ({ words, choices }) =>
      `    ${bashPattern(words)}) choices=(${choices.map(choice => quoted(zshChoice(choice))).join(' ')}) ;;`,
  )
  .join('\n')}
  esac
  _describe -t commands quadrant choices
  _files
}
if [ "$funcstack[1]" = _quadrant ]; then _quadrant "$@"; else compdef _quadrant quadrant; fi
`,

  fish: lines => `# Completion of the quadrant command for fish.
${lines.flatMap(line => line.choices.map(choice => fishLine(line, choice))).join('\n')}
`,
}

const deepestFirst = (lines: readonly Line[]): Line[] => [...lines].sort((a, b) => b.words.length - a.words.length)

/** A command line that starts with these words; no words is the bare command. */
const bashPattern = (words: readonly string[]): string => (words.length === 0 ? '"  "' : `" ${words.join(' ')} "*`)

/** Options are offered once a dash is typed; before that the words, and file names where there are none. */
function bashChoices(choices: readonly Choice[]): string {
  const [options, words] = [choices.filter(isOption), choices.filter(choice => !isOption(choice))]
  return `choices=${quoted(joined(words))} options=${quoted(joined(options))}`
}

const isOption = ({ word }: Choice): boolean => word.startsWith('-')
const joined = (choices: readonly Choice[]): string => choices.map(({ word }) => word).join(' ')

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const zshChoice = ({ word, summary }: Choice): string => (summary === '' ? word : `${word}:${summary.replaceAll(':', '\\:')}`)

function fishLine({ words }: Line, { word, summary }: Choice): string {
  const condition =
    words.length === 0 ? '__fish_use_subcommand' : words.map(each => `__fish_seen_subcommand_from ${each}`).join('; and ')
  const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
  return `complete -c quadrant -n ${quoted(condition)} ${what} -d ${quoted(summary)}`
}
