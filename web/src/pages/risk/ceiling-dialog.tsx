// Sets a ceiling of the house: no run starts with a wider limit. Lowering is a trader's, raising an admin's; both with a reason.
import { useSignal } from '@preact/signals'
import { api } from '../../api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { toast } from '../../components/toasts.tsx'
import { fresh } from '../../fresh.ts'
import { useSubmission } from '../../submission.ts'

export const CEILINGS = ['orderNotional', 'positionNotional', 'grossNotional', 'dailyLoss', 'drawdown'] as const
export type CeilingName = (typeof CEILINGS)[number]

export const CEILING_WORDS: Readonly<Record<CeilingName, string>> = {
  orderNotional: 'Notional of one order',
  positionNotional: 'Notional of one position',
  grossNotional: 'Notional of all positions',
  dailyLoss: 'Loss of a day',
  drawdown: 'Fall from the high',
}
const SHAPE = /^\d{1,12}(\.\d{1,4})?%?$/

export interface CeilingDialogProps {
  readonly name: CeilingName
  /** The ceiling of now; null for none. */
  readonly now: string | null
  readonly onClose: () => void
  readonly onDone: () => void
}

export function CeilingDialog({ name, now, onClose, onDone }: CeilingDialogProps) {
  const which = useSignal<CeilingName>(name)
  const ceiling = useSignal(now ?? '')
  const reason = useSignal('')
  const wrong = ceiling.value !== '' && !SHAPE.test(ceiling.value)

  const { busy, error, onSubmit } = useSubmission(async () => {
    await fresh(() =>
      api('PUT /risk/limits', {
        body: { name: which.value, ceiling: ceiling.value === '' ? null : ceiling.value, reason: reason.value.trim() },
      }),
    )
    toast({ kind: 'good', text: `Ceiling of ${which.value}: ${ceiling.value === '' ? 'none' : ceiling.value}.` })
    onDone()
    onClose()
  })

  return (
    <Dialog title="Ceiling of the house" onClose={onClose}>
      <form class="form" onSubmit={onSubmit}>
        <SelectField
          label="Limit"
          value={which.value}
          onValue={value => (which.value = value)}
          options={CEILINGS.map(value => ({ value, label: CEILING_WORDS[value] }))}
        />
        <TextField
          label="Ceiling"
          value={ceiling.value}
          onValue={value => (ceiling.value = value.trim())}
          inputMode="decimal"
          placeholder="none"
          maxLength={20}
          focus
          hint={`Now ${now ?? 'none'}. A share of equity such as 10%, or an amount; empty takes the ceiling away.`}
          error={wrong ? 'Write a number such as 25000, or a share such as 10%.' : undefined}
        />
        <TextField
          label="Reason"
          value={reason.value}
          onValue={value => (reason.value = value)}
          maxLength={300}
          required
          hint="Kept in the audit trail."
          error={error.value && `${error.value.message} ${error.value.fix}`}
        />
        <div class="form-actions">
          <button type="button" class="button quiet" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" class="button primary" disabled={busy.value || wrong || reason.value.trim().length < 3}>
            Set the ceiling
          </button>
        </div>
      </form>
    </Dialog>
  )
}
