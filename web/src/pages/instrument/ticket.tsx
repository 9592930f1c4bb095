// The manual ticket: an order of one's own in a living paper run; risk reviews it like any other.
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { api } from '../../api.ts'
import { ModeBadge } from '../../components/badge.tsx'
import { Segments, TextField } from '../../components/field.tsx'
import { Panel } from '../../components/page.tsx'
import { ErrorPanel } from '../../components/states.tsx'
import { toast } from '../../components/toasts.tsx'
import { useSubmission } from '../../submission.ts'
import type { Instrument } from '../instrument.tsx'

const DECIMAL = /^\d{1,20}(\.\d{1,18})?$/

export interface TicketProps {
  readonly instrument: Instrument
  readonly run: { readonly id: string; readonly name: string }
}

export function Ticket({ instrument, run }: TicketProps) {
  const side = useSignal<'buy' | 'sell'>('buy')
  const type = useSignal<'market' | 'limit' | 'stop'>('limit')
  const quantity = useSignal('')
  const price = useSignal('')
  const stop = useSignal('')
  const target = useSignal('')
  const reason = useSignal('')
  // The same key until the order was taken: a second click after a lost answer does not buy twice.
  const key = useRef<string>(crypto.randomUUID())

  const { busy, error, onSubmit } = useSubmission(async () => {
    await api('POST /orders', {
      body: {
        run: run.id,
        instrument: instrument.id,
        side: side.value,
        type: type.value,
        quantity: quantity.value.trim(),
        ...(type.value === 'market' ? {} : { price: price.value.trim() }),
        ...(stop.value.trim() === '' ? {} : { stop: stop.value.trim() }),
        ...(target.value.trim() === '' ? {} : { target: target.value.trim() }),
        reason: reason.value.trim(),
        key: key.current,
      },
    })
    key.current = crypto.randomUUID()
    quantity.value = ''
    toast({ kind: 'good', text: `Handed to ${run.name}. Risk reviews it; the page of orders shows what became of it.` })
  })

  const wrong = (value: string): string | undefined =>
    value.trim() === '' || DECIMAL.test(value.trim()) ? undefined : 'A number like 1.25'
  return (
    <Panel title="Ticket" actions={<ModeBadge mode="PAPER" />}>
      <form class="ticket" onSubmit={onSubmit}>
        <div class="ticket-row">
          <Segments
            label="Side"
            value={side.value}
            onValue={value => (side.value = value)}
            options={[
              { value: 'buy', label: 'Buy' },
              { value: 'sell', label: 'Sell' },
            ]}
          />
          <Segments
            label="Type"
            value={type.value}
            onValue={value => (type.value = value)}
            options={[
              { value: 'market', label: 'Market' },
              { value: 'limit', label: 'Limit' },
              { value: 'stop', label: 'Stop' },
            ]}
          />
        </div>
        <TextField
          label="Quantity"
          value={quantity.value}
          onValue={value => (quantity.value = value)}
          inputMode="decimal"
          error={wrong(quantity.value)}
          required
        />
        {type.value !== 'market' && (
          <TextField
            label="Price"
            value={price.value}
            onValue={value => (price.value = value)}
            inputMode="decimal"
            error={wrong(price.value)}
            suffix={instrument.unit}
            required
          />
        )}
        <TextField
          label="Stop"
          hint="Where the loss is taken; needed to open a position."
          value={stop.value}
          onValue={value => (stop.value = value)}
          inputMode="decimal"
          error={wrong(stop.value)}
          suffix={instrument.unit}
        />
        <TextField
          label="Target"
          value={target.value}
          onValue={value => (target.value = value)}
          inputMode="decimal"
          error={wrong(target.value)}
          suffix={instrument.unit}
        />
        <TextField
          label="Reason"
          hint="Kept with the order and in the audit trail."
          value={reason.value}
          onValue={value => (reason.value = value)}
          maxLength={300}
          required
        />
        {error.value && <ErrorPanel error={error.value} />}
        <button type="submit" class={`button wide ${side.value}`} disabled={busy.value}>
          {side.value === 'buy' ? 'Buy' : 'Sell'} {quantity.value} {instrument.id}
        </button>
      </form>
    </Panel>
  )
}
