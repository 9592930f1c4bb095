// What was thought at a moment: the fused opinion, the four senses with the reason of each, and their evidence.
import type { RowOf } from '../../../../src/wire/topics.ts'
import { Badge } from '../../components/badge.tsx'
import { Stamp } from '../../components/page.tsx'
import { number, percent, signed } from '../../text/number.ts'
import { at } from '../../text/time.ts'
import { SmallTable } from '../small-table.tsx'

type Opinion = RowOf<'opinions'>
type Reading = Opinion['readings'][number]

export const SensesThen = ({ opinion }: { readonly opinion: Opinion }) => (
  <div class="senses-then">
    <p class="senses-fused">
      <strong>{percent(opinion.probabilityUp, { digits: 0 })}</strong> for a rise · confidence{' '}
      {percent(opinion.confidence, { digits: 0 })}
      {' · '}disagreement {percent(opinion.disagreement, { digits: 0 })} {opinion.conflict && <Badge tone="warn">conflict</Badge>}{' '}
      {opinion.standAside !== '' && <Badge tone="warn">stand aside: {opinion.standAside}</Badge>}
      <Stamp time={opinion.time} source={opinion.run} />
    </p>
    <ul class="senses-list">
      {opinion.readings.map(reading => (
        <SenseLine key={reading.sense} reading={reading} />
      ))}
    </ul>
  </div>
)

function SenseLine({ reading }: { readonly reading: Reading }) {
  const { sense, abstains, reason, direction, strength, confidence, evidence } = reading
  // From −1, wholly down, to +1, wholly up.
  const lean = direction * strength
  return (
    <li class="sense-line">
      <span class="sense-name">{sense.toUpperCase()}</span>
      <span class="sense-scale" aria-hidden="true">
        <span
          class={`sense-lean ${lean >= 0 ? 'up' : 'down'}`}
          style={{ left: `${lean >= 0 ? 50 : 50 + lean * 50}%`, width: `${Math.abs(lean) * 50}%` }}
        />
      </span>
      <span class={`sense-figure ${lean > 0 ? 'up' : lean < 0 ? 'down' : ''}`}>{abstains ? 'abstains' : signed(lean)}</span>
      <span class="sense-confidence">{abstains ? '' : `conf. ${percent(confidence, { digits: 0 })}`}</span>
      <span class="sense-reason">{reason}</span>
      {evidence.length > 0 && (
        <details class="sense-evidence">
          <summary>
            {evidence.length} {evidence.length === 1 ? 'number' : 'numbers'} it rests on
          </summary>
          <SmallTable label="Evidence">
            <thead>
              <tr>
                <th scope="col">Evidence</th>
                <th scope="col" class="number">
                  Value
                </th>
                <th scope="col">Known</th>
                <th scope="col">Source</th>
              </tr>
            </thead>
            <tbody>
              {evidence.map(line => (
                <tr key={line.id}>
                  <td>
                    {line.direction !== 0 && (
                      <span
                        class={line.direction > 0 ? 'up' : 'down'}
                        role="img"
                        aria-label={line.direction > 0 ? 'speaks for up' : 'speaks for down'}
                      >
                        {line.direction > 0 ? '▲' : '▼'}{' '}
                      </span>
                    )}
                    {line.metric}
                  </td>
                  <td class="number">
                    {number(line.value, 4)} {line.unit}
                  </td>
                  <td>{at(line.time)}</td>
                  <td>{line.source}</td>
                </tr>
              ))}
            </tbody>
          </SmallTable>
        </details>
      )}
    </li>
  )
}
