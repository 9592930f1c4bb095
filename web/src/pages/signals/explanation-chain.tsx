// An explanation as a chain, from what was booked back to the raw datum: each stage, what it said, and its long lists folded.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { explainedLinks } from './explanation-lines.ts'

export const ExplanationChain = ({ reply }: { readonly reply: ReplyOf<'GET /orders/:run/:order/explanation'> }) => (
  <ol class="explained">
    {explainedLinks(reply.links).map(({ stage, job, head, lines, ids }, i) => (
      <li key={i} class="explained-link">
        <div class="explained-stage">
          <span class="explained-name">{stage}</span>
          {job && <span class="explained-job">{job}</span>}
        </div>
        <p class="explained-head">{head}</p>
        {lines.length > 0 && (
          <ul class="explained-lines">
            {lines.map((line, place) => (
              <li key={place}>{line}</li>
            ))}
          </ul>
        )}
        {ids.length > 0 && <p class="explained-ids">{ids.join(' · ')}</p>}
      </li>
    ))}
  </ol>
)
