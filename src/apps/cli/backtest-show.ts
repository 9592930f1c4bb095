// quadrant backtest show: one run; with --json also all its orders, fills and trades.
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { runText } from './run-view.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

const ORDERS_SHOWN = 20

export function define(command: Command, terminal: Terminal): void {
  command.argument('<run>', "a run's id; `quadrant backtest list` shows them").action(async (id: string) => {
    const { showRun } = await import('../run-folder.ts')
    const run = await showRun(stateHome(), id)

    terminal.answer(run, () => {
      const orders = run.orderList.slice(-ORDERS_SHOWN)
      if (orders.length === 0) return runText(run)
      const rows = orders.map(order => [order.id, order.instrument, order.side, order.quantity, order.state, order.reason])
      const columns = ['order', 'instrument', 'side', 'quantity', 'state', 'reason'].map(title => ({ title }))
      return [runText(run), '', `the last ${orders.length} of ${run.orderList.length} orders`, table(columns, rows)].join('\n')
    })
  })
}
