// Form fields: a label, a control, a hint, and what is wrong with it, tied together for screen readers.
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Common {
  readonly label: string
  readonly hint?: ComponentChildren
  readonly error?: string | undefined
}

export interface TextFieldProps extends Common {
  readonly value: string
  readonly onValue: (value: string) => void
  readonly type?: 'text' | 'password' | 'search' | 'date'
  readonly autocomplete?: string
  readonly inputMode?: 'text' | 'decimal' | 'numeric'
  readonly placeholder?: string
  readonly required?: boolean
  readonly maxLength?: number
  readonly focus?: boolean
  readonly suffix?: ComponentChildren
}

export function TextField({ label, hint, error, value, onValue, type = 'text', focus, suffix, ...rest }: TextFieldProps) {
  const id = useId()
  // The types know each kind of input apart; here it is one of them.
  const kind = { type } as { readonly type: 'text' }
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <span class="control">
        <input
          id={id}
          {...kind}
          value={value}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-note`}
          ref={element => {
            if (focus && element && !element.dataset['focused']) {
              element.dataset['focused'] = 'yes'
              element.focus()
            }
          }}
          onInput={event => onValue(event.currentTarget.value)}
          {...rest}
        />
        {suffix && <span class="control-suffix">{suffix}</span>}
      </span>
    </Frame>
  )
}

export interface ChoiceProps<Value extends string> extends Common {
  readonly value: Value
  readonly onValue: (value: Value) => void
  readonly options: readonly { readonly value: Value; readonly label: string }[]
}

export function SelectField<Value extends string>({ label, hint, error, value, onValue, options }: ChoiceProps<Value>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select
        id={id}
        value={value}
        aria-describedby={`${id}-note`}
        onChange={event => onValue(event.currentTarget.value as Value)}
      >
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  )
}

/** A few choices side by side, one pressed: resolutions, sides, filters. The label is for screen readers. */
export function Segments<Value extends string>({ label, value, onValue, options }: Omit<ChoiceProps<Value>, 'hint' | 'error'>) {
  return (
    <fieldset class="segments" aria-label={label}>
      {options.map(option => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onValue(option.value)}>
          {option.label}
        </button>
      ))}
    </fieldset>
  )
}

export interface ToggleProps {
  readonly label: ComponentChildren
  readonly value: boolean
  readonly onValue: (value: boolean) => void
  readonly disabled?: boolean
}

export const Toggle = ({ label, value, onValue, disabled = false }: ToggleProps) => (
  <label class="toggle">
    <input type="checkbox" checked={value} disabled={disabled} onChange={event => onValue(event.currentTarget.checked)} />
    <span>{label}</span>
  </label>
)

interface FrameProps extends Common {
  readonly id: string
  readonly children: ComponentChildren
}

const Frame = ({ id, label, hint, error, children }: FrameProps) => (
  <div class="field">
    <label for={id}>{label}</label>
    {children}
    <p class={`field-note ${error ? 'bad' : ''}`} id={`${id}-note`}>
      {error ?? hint}
    </p>
  </div>
)
