// Every command with one line about it. The files behind them are loaded only when called, which keeps --help fast.
import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'

/** What each command's file exports: its arguments, options and action, added to a bare command. */
export interface CommandFile {
  define(command: Command, terminal: Terminal): void
}

export interface Leaf {
  readonly name: string
  readonly summary: string
  load(): Promise<CommandFile>
}

export interface Group {
  readonly name: string
  readonly summary: string
  readonly commands: readonly Leaf[]
}

export const TREE: readonly (Leaf | Group)[] = [
  {
    name: 'quickstart',
    summary: 'real data in, the shipped strategies run, a report to read',
    load: () => import('./quickstart.ts'),
  },
  { name: 'init', summary: 'make a project folder with a configuration and a strategy', load: () => import('./init.ts') },
  { name: 'doctor', summary: 'check this machine and say how to mend it', load: () => import('./doctor.ts') },
  {
    name: 'data',
    summary: 'the lake of market data: bring in, look at, check',
    commands: [
      { name: 'import', summary: 'bring files into the lake through the quality gate', load: () => import('./data-import.ts') },
      { name: 'list', summary: 'what the lake holds', load: () => import('./data-list.ts') },
      { name: 'verify', summary: 'recompute every checksum', load: () => import('./data-verify.ts') },
      { name: 'gaps', summary: 'open-market time without data', load: () => import('./data-gaps.ts') },
      {
        name: 'sources',
        summary: 'what each source gives and needs, and how far it is proven',
        load: () => import('./data-sources.ts'),
      },
      {
        name: 'download',
        summary: 'bring history and series of a source into the lake',
        load: () => import('./data-download.ts'),
      },
      { name: 'record', summary: 'keep what a live source says, raw and read', load: () => import('./data-record.ts') },
      { name: 'score', summary: 'how good the sources of a recording were', load: () => import('./data-score.ts') },
    ],
  },
  {
    name: 'symbols',
    summary: 'what instruments are called, how they trade and what they cost',
    commands: [
      { name: 'find', summary: "an instrument by any source's spelling", load: () => import('./symbols-find.ts') },
      { name: 'show', summary: 'all that is known of one, with its trading hours', load: () => import('./symbols-show.ts') },
      { name: 'compare', summary: 'two side by side, such as standard and ECN', load: () => import('./symbols-compare.ts') },
    ],
  },
  {
    name: 'backtest',
    summary: 'run strategies over history and look at the results',
    commands: [
      { name: 'run', summary: 'run a configuration', load: () => import('./backtest-run.ts') },
      { name: 'list', summary: 'the runs there are', load: () => import('./backtest-list.ts') },
      { name: 'show', summary: 'one run with its orders, fills and trades', load: () => import('./backtest-show.ts') },
      { name: 'compare', summary: 'two runs side by side', load: () => import('./backtest-compare.ts') },
      { name: 'report', summary: "where a run's report is", load: () => import('./backtest-report.ts') },
    ],
  },
  {
    name: 'replay',
    summary: 'run history through the durable journal; continues where it was stopped',
    load: () => import('./replay.ts'),
  },
  {
    name: 'run',
    summary: 'live feeds through the engine to a simulated venue',
    load: () => import('./run.ts'),
  },
  {
    name: 'serve',
    summary: 'the dashboard and the API of this state folder, until it is stopped',
    load: () => import('./serve.ts'),
  },
  {
    name: 'feed',
    summary: 'the living sources: state, score, failover',
    commands: [
      { name: 'status', summary: 'which source each instrument is read from, and why', load: () => import('./feed-status.ts') },
      { name: 'failover', summary: 'read an instrument from another source', load: () => import('./feed-failover.ts') },
      { name: 'bench', summary: 'how fast this machine reads a recording', load: () => import('./feed-bench.ts') },
    ],
  },
  {
    name: 'certify',
    summary: 'prove a source against the real service, with your own key',
    load: () => import('./certify.ts'),
  },
  { name: 'why', summary: 'explain an order, or why there was none', load: () => import('./why.ts') },
  {
    name: 'strategy',
    summary: 'write and try strategies',
    commands: [
      { name: 'new', summary: 'write a small strategy and its configuration', load: () => import('./strategy-new.ts') },
      { name: 'list', summary: 'the shipped strategies and those of this folder', load: () => import('./strategy-list.ts') },
      {
        name: 'test',
        summary: 'load a strategy, check it, run it on the bundled data',
        load: () => import('./strategy-test.ts'),
      },
    ],
  },
  {
    name: 'guard',
    summary: 'only real data: what pretends, in code, keys and surroundings',
    commands: [
      { name: 'scan', summary: 'source code that makes up market data, here or anywhere', load: () => import('./guard-scan.ts') },
      { name: 'feed', summary: 'whether ticks in files are those of a market', load: () => import('./guard-feed.ts') },
      { name: 'env', summary: 'whether a live run may start here: every fault at once', load: () => import('./guard-env.ts') },
      {
        name: 'keys',
        summary: 'keys that are none: placeholders, demo and documented ones',
        load: () => import('./guard-keys.ts'),
      },
    ],
  },
  {
    name: 'secrets',
    summary: 'keys of sources, kept encrypted in the state folder',
    commands: [
      {
        name: 'set',
        summary: 'store one; its value comes from stdin or a hidden prompt',
        load: () => import('./secrets-set.ts'),
      },
      {
        name: 'link',
        summary: 'consent in the browser to a source that has no keys to type, such as ctrader',
        load: () => import('./secrets-link.ts'),
      },
      { name: 'list', summary: 'the names of those stored', load: () => import('./secrets-list.ts') },
      { name: 'remove', summary: 'take one out', load: () => import('./secrets-remove.ts') },
    ],
  },
  {
    name: 'user',
    summary: 'who may sign in, and what they may do',
    commands: [
      { name: 'add', summary: 'give somebody an account', load: () => import('./user-add.ts') },
      { name: 'list', summary: 'everybody with an account', load: () => import('./user-list.ts') },
      { name: 'role', summary: 'what somebody may do, and in which accounts', load: () => import('./user-role.ts') },
      { name: 'disable', summary: 'let somebody in no more', load: () => import('./user-disable.ts') },
      { name: 'enable', summary: 'let somebody in again', load: () => import('./user-enable.ts') },
      {
        name: 'certificate',
        summary: 'a client certificate for somebody, or take one back',
        load: () => import('./user-certificate.ts'),
      },
    ],
  },
  {
    name: 'token',
    summary: 'keys to the API for programs, in the name of a user',
    commands: [
      { name: 'new', summary: 'make one; it is shown once', load: () => import('./token-new.ts') },
      { name: 'list', summary: 'those there are', load: () => import('./token-list.ts') },
      { name: 'revoke', summary: 'end one', load: () => import('./token-revoke.ts') },
    ],
  },
  {
    name: 'audit',
    summary: 'who did what: the record that shows what was done to it',
    commands: [
      { name: 'verify', summary: 'check every record and every signed head', load: () => import('./audit-verify.ts') },
      { name: 'export', summary: 'all of it as lines of JSON', load: () => import('./audit-export.ts') },
    ],
  },
  { name: 'migrate', summary: "bring the database's tables up to date", load: () => import('./migrate.ts') },
  { name: 'kill', summary: 'stop all new risk at once, until it is reset', load: () => import('./kill.ts') },
  { name: 'version', summary: 'versions of Quadrant and of what it runs on', load: () => import('./version.ts') },
  { name: 'completion', summary: 'a completion script for bash, zsh or fish', load: () => import('./completion.ts') },
]

export const isGroup = (entry: Leaf | Group): entry is Group => 'commands' in entry
