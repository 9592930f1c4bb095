// Running sums and products of draws: an addition whose result comes back to it, with chance among what is added.
import type { FlowBuilder } from './flow-builder.ts'
import type { Spot } from './flow-graph.ts'

const SPOTS_MAX = 2000

export function settleWalks({ graph, sums, handMade }: FlowBuilder): void {
  for (const { spot, at, isRunning } of sums) {
    const drawn = spot.tokens.filter(
      token => (token.kind === 'origin' && token.trait === 'random') || (token.kind === 'borrowed' && token.trait === undefined),
    )
    // What goes on inside of a generator is a draw, no walk.
    const isInside = handMade.some(draw => draw.at <= at && at < draw.end)
    if (drawn.length === 0 || isInside || (isRunning !== true && !comesBack(spot))) continue
    for (const token of drawn) {
      if (token.kind === 'origin') graph.add(spot, { kind: 'origin', trait: 'walk', at })
      else if (token.kind === 'borrowed') graph.add(spot, graph.borrowed(token.module, token.name, 'walk'))
    }
  }
  graph.settle()
}

/** Whether what is at a spot can reach it again. */
function comesBack(start: Spot): boolean {
  const seen = new Set<Spot>()
  const ahead: Spot[] = [start]
  for (let spot = ahead.pop(); spot !== undefined; spot = ahead.pop()) {
    const next = [...(spot.edges ?? []).map(({ to }) => to), ...(spot.links ?? [])]
    for (const to of next) {
      if (to === start) return true
      if (seen.has(to) || seen.size > SPOTS_MAX) continue
      seen.add(to)
      ahead.push(to)
    }
  }
  return false
}
