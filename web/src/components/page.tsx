// The frame of every page: title, when and from where its numbers are, export buttons, and panels below.
import { type ReadonlySignal, useComputed } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import { type SavedTable, saveCsv, savePng } from '../save.ts'
import { at, zoneName } from '../text/time.ts'
import { Icon } from './icon.tsx'
import { toast } from './toasts.tsx'

export interface Origin {
  /** ISO instant, or milliseconds. */
  readonly time: string | number | null | undefined
  readonly source: string
}

/** '2026-11-20 14:30:05 UTC · kraken': no number without it. */
export const Stamp = ({ time, source }: Origin) => (
  <span class="stamp" title={`${at(time, 'date-time-seconds')} ${zoneName()} · ${source}`}>
    <time>{at(time, 'date-time-seconds')}</time> {zoneName()} · {source}
  </span>
)

/** The same of a row that moves: its text node is written as it does, and nothing else is drawn. */
export function LiveStamp({
  row,
}: {
  readonly row: ReadonlySignal<{ readonly time: string; readonly source: string } | undefined>
}) {
  const words = useComputed(() =>
    row.value ? `${at(row.value.time, 'date-time-seconds')} ${zoneName()} · ${row.value.source}` : '',
  )
  return <span class="stamp">{words}</span>
}

export interface PageProps {
  readonly title: string
  readonly stamp?: Origin | undefined
  /** What the CSV button saves; no button without. */
  readonly csv?: (() => SavedTable) | undefined
  /** Buttons of the page itself, left of the export buttons. */
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

export function Page({ title, stamp, csv, actions, children }: PageProps) {
  return (
    <article class="page">
      <header class="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {stamp && <Stamp {...stamp} />}
        <div class="page-actions">
          {actions}
          {csv && (
            <button type="button" class="button quiet" onClick={() => saveCsv(csv())} title="Save the table as CSV">
              <Icon name="download" /> CSV
            </button>
          )}
          <button
            type="button"
            class="button quiet"
            title="Save the charts and tables of this page as a picture"
            onClick={event => {
              const page = (event.currentTarget as Element).closest('article')
              if (page) savePng(title, page).catch((error: Error) => toast({ kind: 'bad', text: error.message }))
            }}
          >
            <Icon name="image" /> PNG
          </button>
        </div>
      </header>
      {children}
    </article>
  )
}

export interface PanelProps {
  readonly title?: ComponentChildren
  /** A `LiveStamp` where the row moves. */
  readonly stamp?: Origin | VNode | undefined
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
  /** Without padding: tables and charts reach the edge. */
  readonly flush?: boolean
  readonly class?: string
}

export const Panel = ({ title, stamp, actions, children, flush = false, class: name = '' }: PanelProps) => (
  <section class={`panel ${flush ? 'flush' : ''} ${name}`}>
    {(title || actions || stamp) && (
      <header class="panel-head">
        {title && <h2>{title}</h2>}
        {stamp && ('source' in stamp ? <Stamp {...stamp} /> : stamp)}
        {actions && <div class="panel-actions">{actions}</div>}
      </header>
    )}
    <div class="panel-body">{children}</div>
  </section>
)
