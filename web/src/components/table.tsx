// The one table of the dashboard: sorted by any column, filtered, only the rows in sight drawn, walked with the keyboard, saved as CSV.
import { useComputed, useSignal } from '@preact/signals'
import {
  columnFilteringFeature,
  constructTable,
  createFilteredRowModel,
  createSortedRowModel,
  globalFilteringFeature,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/table-core'
import { storeReactivityBindings } from '@tanstack/table-core/store-reactivity-bindings'
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { SavedTable } from '../save.ts'
import type { Cell } from '../text/csv.ts'
import { Icon } from './icon.tsx'
import { useVirtualRows } from './virtual-rows.ts'

export interface Column<Row> {
  readonly id: string
  readonly head: string
  /** What it is sorted, filtered and saved by. Decimals as the server's text: they are compared as numbers. */
  readonly value: (row: Row) => Cell
  /** What is drawn; the value where absent. */
  readonly draw?: (row: Row) => ComponentChildren
  /** Numbers stand right, so that their digits line up. */
  readonly align?: 'right'
  /** A track of a CSS grid: '90px', 'minmax(120px, 2fr)'. Usually 'minmax(80px, 1fr)'. */
  readonly width?: string
  /** The track on a phone, where it is another. */
  readonly narrow?: string
  /** Not drawn on a phone. */
  readonly wide?: true
}

export interface TableProps<Row> {
  /** For screen readers, and the name of the CSV. */
  readonly name: string
  readonly rows: readonly Row[]
  /** Kept outside of the component, or memoised. */
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
  /** Enter, or a click. */
  readonly onOpen?: (row: Row) => void
  readonly selected?: string | undefined
  /** What is searched for; rows that have it in no column are not shown. */
  readonly filter?: string
  readonly sort?: { readonly id: string; readonly descending?: boolean }
  /** When there is no row at all. */
  readonly empty: ComponentChildren
  /** Rows in sight before it scrolls; 15 usually. */
  readonly most?: number
}

/** The table as `saveCsv` takes it: every column, also those a phone does not show. */
export const savedTable = <Row,>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]): SavedTable => ({
  name,
  heads: columns.map(({ head }) => head),
  rows: rows.map(row => columns.map(({ value }) => value(row))),
})

const features = tableFeatures({
  coreReactivityFeature: storeReactivityBindings(),
  rowSortingFeature,
  columnFilteringFeature,
  globalFilteringFeature,
  sortedRowModel: createSortedRowModel(),
  filteredRowModel: createFilteredRowModel(),
})

export function Table<Row>({
  name,
  rows,
  columns,
  keyOf,
  onOpen,
  selected,
  filter = '',
  sort,
  empty,
  most = 15,
}: TableProps<Row>) {
  const sorted = useSignal<{ readonly id: string; readonly descending: boolean } | undefined>(
    sort && { id: sort.id, descending: sort.descending ?? false },
  )
  const active = useSignal(0)
  const scroller = useRef<HTMLDivElement>(null)

  const order = sorted.value
  const shown = useMemo(() => arranged(rows, columns, filter, order), [rows, columns, filter, order])
  const { items, height, rowHeight, scrollTo } = useVirtualRows(scroller, shown.length)
  const [all, narrow] = useMemo(
    () => [tracks(columns), tracks(columns.filter(({ wide }) => !wide).map(({ width, narrow }) => ({ width: narrow ?? width })))],
    [columns],
  )

  useEffect(() => {
    const style = scroller.current?.style
    style?.setProperty('--columns', all.template)
    style?.setProperty('--columns-width', `${all.least}px`)
    style?.setProperty('--columns-narrow', narrow.template)
    style?.setProperty('--columns-narrow-width', `${narrow.least}px`)
  }, [all, narrow, rows.length === 0])

  const activeId = useComputed(() => `${name}-${active.value}`)
  if (rows.length === 0) return <>{empty}</>

  const move = (to: number): void => {
    active.value = Math.max(0, Math.min(shown.length - 1, to))
    scrollTo(active.value)
  }
  const page = Math.max(1, most - 2)
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(active.value + 1),
    ArrowUp: () => move(active.value - 1),
    PageDown: () => move(active.value + page),
    PageUp: () => move(active.value - page),
    Home: () => move(0),
    End: () => move(shown.length - 1),
    Enter: () => {
      const row = shown[active.value]
      if (row !== undefined) onOpen?.(row)
    },
  }

  return (
    <div
      class="table"
      role="grid"
      aria-label={name}
      aria-rowcount={shown.length + 1}
      aria-activedescendant={activeId.value}
      tabIndex={0}
      ref={scroller}
      style={{ maxHeight: `${(most + 1) * rowHeight + 2}px` }}
      onKeyDown={event => {
        if (event.target !== event.currentTarget) return
        const act = keys[event.key]
        if (!act) return
        event.preventDefault()
        act()
      }}
    >
      <div class="table-head" role="row" aria-rowindex={1}>
        {columns.map(column => (
          <div
            key={column.id}
            role="columnheader"
            class={cellClass(column)}
            aria-sort={order?.id === column.id ? (order.descending ? 'descending' : 'ascending') : 'none'}
          >
            {column.head === '' ? (
              <span class="visually-hidden">{column.id}</span>
            ) : (
              <button
                type="button"
                onClick={() => {
                  sorted.value =
                    order?.id !== column.id
                      ? { id: column.id, descending: column.align === 'right' }
                      : { id: column.id, descending: !order.descending }
                }}
              >
                {column.head}
                {order?.id === column.id && <Icon name={order.descending ? 'down' : 'up'} size={12} />}
              </button>
            )}
          </div>
        ))}
      </div>
      <div class="table-body" role="presentation" style={{ height: `${height}px` }}>
        {items.map(({ index, start }) => {
          const row = shown[index]!
          const key = keyOf(row)
          return (
            <div
              key={key}
              id={`${name}-${index}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={key === selected}
              class={`table-row ${onOpen ? 'opens' : ''} ${index === active.value ? 'active' : ''}`}
              style={{ transform: `translateY(${start}px)` }}
              onClick={event => {
                active.value = index
                // A button or a link in the row does its own work.
                if (!(event.target as Element).closest('a, button')) onOpen?.(row)
              }}
            >
              {columns.map(column => (
                <div key={column.id} role="gridcell" class={cellClass(column)}>
                  {column.draw ? column.draw(row) : column.value(row)}
                </div>
              ))}
            </div>
          )
        })}
      </div>
      {shown.length === 0 && <p class="table-none">Nothing matches “{filter}”.</p>}
    </div>
  )
}

const cellClass = ({ align, wide }: Pick<Column<never>, 'align' | 'wide'>): string =>
  `cell ${align === 'right' ? 'number' : ''} ${wide ? 'wide-only' : ''}`

const USUAL_WIDTH = 'minmax(80px, 1fr)'

/** The tracks of a row, and the least width they need together: every row is a grid of its own, so all must be given the same. */
function tracks(columns: readonly { readonly width?: string | undefined }[]): {
  readonly template: string
  readonly least: number
} {
  const widths = columns.map(({ width }) => width ?? USUAL_WIDTH)
  return {
    template: widths.join(' '),
    least: widths.reduce((sum, width) => sum + Number(/(\d+)px/.exec(width)?.[1] ?? 80), 0),
  }
}

/** Rows as they are shown: what has the searched words, in the chosen order. */
function arranged<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  filter: string,
  order: { readonly id: string; readonly descending: boolean } | undefined,
): Row[] {
  const words = filter.trim().toLowerCase()
  const table = constructTable<typeof features, { readonly row: Row }>({
    features,
    data: rows.map(row => ({ row })),
    columns: columns.map(column => ({
      id: column.id,
      accessorFn: ({ row }: { readonly row: Row }) => column.value(row),
      sortFn: (a, b) => compare(a.getValue(column.id), b.getValue(column.id)),
      sortUndefined: false as const,
      filterFn: (row, id) =>
        String(row.getValue(id) ?? '')
          .toLowerCase()
          .includes(words),
    })),
    globalFilterFn: (row, id) =>
      String(row.getValue(id) ?? '')
        .toLowerCase()
        .includes(words),
    getColumnCanGlobalFilter: () => true,
    initialState: {
      ...(order ? { sorting: [{ id: order.id, desc: order.descending }] } : {}),
      ...(words === '' ? {} : { globalFilter: words }),
    },
  })
  return table.getRowModel().rows.map(({ original }) => original.row)
}

const NUMBER = /^-?\d+(\.\d+)?$/
const compare = (a: unknown, b: unknown): number => {
  if (a === b) return 0
  if (a === null || a === undefined) return -1
  if (b === null || b === undefined) return 1
  const [left, right] = [String(a), String(b)]
  if (NUMBER.test(left) && NUMBER.test(right)) return Number(left) - Number(right)
  return left < right ? -1 : left > right ? 1 : 0
}
