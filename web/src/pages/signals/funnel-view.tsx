// The funnel as bars, with why the others stopped beside it.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { number, percent } from '../../text/number.ts'
import { funnelSteps, reasonGroups } from './funnel-steps.ts'

export const FunnelView = ({ funnel }: { readonly funnel: ReplyOf<'GET /signals/funnel'> }) => {
  const groups = reasonGroups(funnel.reasons)
  const steps = funnelSteps(funnel)
  const unexplained = steps.some(({ lost }) => lost !== null && lost > 0)
  return (
    <div class="funnel">
      <ol class="funnel-steps">
        {steps.map(({ label, meaning, count, share, lost, kept }) => (
          <li key={label} class="funnel-step" title={meaning}>
            <span class="funnel-label">{label}</span>
            <span class="funnel-track" aria-hidden="true">
              <span class="funnel-bar" style={{ width: `${Math.max(share * 100, count > 0 ? 0.6 : 0)}%` }} />
            </span>
            <span class="funnel-count">{number(count)}</span>
            <span class="funnel-kept">{kept === null || lost === null ? '' : percent(kept, { digits: 1 })}</span>
          </li>
        ))}
      </ol>
      <div class="funnel-reasons">
        {groups.length === 0 && (
          <p class="soft-words">
            {unexplained ? 'Why the others stopped was not written down for this run.' : 'Nothing stopped on the way.'}
          </p>
        )}
        {groups.map(({ stage, count, reasons }) => (
          <section key={stage}>
            <h3 class="funnel-stage">
              {stage} <span class="soft-words">{number(count)}</span>
            </h3>
            <ul class="funnel-list">
              {reasons.slice(0, 6).map(({ text, count: times, share }) => (
                <li key={text}>
                  <span class="funnel-reason" title={text}>
                    {text}
                  </span>
                  <span class="funnel-times">{number(times)}</span>
                  <span class="funnel-share">{percent(share, { digits: 0 })}</span>
                </li>
              ))}
              {reasons.length > 6 && <li class="soft-words">and {reasons.length - 6} more in the CSV</li>}
            </ul>
          </section>
        ))}
      </div>
    </div>
  )
}
