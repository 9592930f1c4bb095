// Returns by month as a table in the colours of won and lost, and the deepest falls below it.
import { useEffect, useRef } from 'preact/hooks'
import { percent } from '../../text/number.ts'
import { at } from '../../text/time.ts'
import { SmallTable } from '../small-table.tsx'
import { deepestFalls, type EquityPoints, monthlyReturns } from './monthly-returns.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function MonthsTable({ series }: { readonly series: EquityPoints }) {
  const years = monthlyReturns(series)
  const most = Math.max(0.01, ...years.flatMap(({ months }) => months.map(value => Math.abs(value ?? 0))))
  return (
    <SmallTable label="Returns by month" class="months">
      <thead>
        <tr>
          <th scope="col">Year</th>
          {MONTHS.map(month => (
            <th key={month} scope="col">
              {month}
            </th>
          ))}
          <th scope="col">Year</th>
        </tr>
      </thead>
      <tbody>
        {years.map(({ year, months, whole }) => (
          <tr key={year}>
            <th scope="row">{year}</th>
            {months.map((value, i) => (
              <MonthCell key={i} value={value} most={most} />
            ))}
            <td class={whole > 0 ? 'up' : whole < 0 ? 'down' : ''}>
              <strong>{percent(whole, { digits: 1, signed: true })}</strong>
            </td>
          </tr>
        ))}
      </tbody>
    </SmallTable>
  )
}

function MonthCell({ value, most }: { readonly value: number | null; readonly most: number }) {
  const cell = useRef<HTMLTableCellElement>(null)
  useEffect(() => {
    cell.current?.style.setProperty('--depth', `${Math.round((Math.abs(value ?? 0) / most) * 45)}%`)
  }, [value, most])
  if (value === null) return <td class="none">·</td>
  return (
    <td ref={cell} class={value > 0 ? 'won' : value < 0 ? 'lost' : ''}>
      {percent(value, { digits: 1, signed: true })}
    </td>
  )
}

export function FallsTable({ series }: { readonly series: EquityPoints }) {
  const falls = deepestFalls(series)
  const day = (seconds: number | null) => (seconds === null ? 'not yet' : at(seconds * 1_000, 'date'))
  if (falls.length === 0) return <p class="soft-words">Equity never fell below a former high.</p>
  return (
    <SmallTable label="Deepest falls">
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">Lowest</th>
          <th scope="col">Recovered</th>
          <th scope="col" class="number">
            Depth
          </th>
          <th scope="col" class="number">
            Days
          </th>
        </tr>
      </thead>
      <tbody>
        {falls.map(({ from, bottom, recovered, depth }) => (
          <tr key={from}>
            <td>{day(from)}</td>
            <td>{day(bottom)}</td>
            <td>{day(recovered)}</td>
            <td class="number down">{percent(-depth)}</td>
            <td class="number">{Math.round(((recovered ?? series.time.at(-1)!) - from) / 86_400)}</td>
          </tr>
        ))}
      </tbody>
    </SmallTable>
  )
}
