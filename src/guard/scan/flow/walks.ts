// Running sums and products of draws: an addition whose result comes back to it, with chance among what is added.
import type { FlowBuilder } from './flow-builder.ts'
import type { Spot, Token } from './flow-graph.ts'

const SPOTS_MAX = 2000

export function settleWalks({ graph, sums, handMade }: FlowBuilder): void {
  for (const { spot, at, isRunning, operands } of sums) {
    const drawn = spot.tokens.filter(isDrawn)
    // What goes on inside of a generator is a draw, no walk.
    const isInside = handMade.some(draw => draw.at <= at && at < draw.end)
    if (drawn.length === 0 || isInside || !isWalk(spot, isRunning === true, operands)) continue
    for (const token of drawn) {
      if (token.kind === 'origin') graph.add(spot, { kind: 'origin', trait: 'walk', at })
      else if (token.kind === 'borrowed') graph.add(spot, graph.borrowed(token.module, token.name, 'walk'))
    }
  }
  graph.settle()
}

/** The state comes back to its own sum, and what is added to it is drawn anew. */
function isWalk(sum: Spot, isRunning: boolean, operands: readonly Spot[] | undefined): boolean {
  if (operands === undefined) return isRunning || reach(sum).has(sum)
  if (!operands.some(({ tokens }) => tokens.some(isDrawn))) return false
  // Lists that are joined are no numbers.
  if (operands.some(({ tokens }) => tokens.some(token => token.kind === 'thing' && token.thing.function === undefined)))
    return false

  const after = reach(sum)
  if (!isRunning && !after.has(sum)) return false
  return operands.some(operand => !after.has(operand) && operand.tokens.some(isDrawn))
}

const isDrawn = (token: Token): boolean =>
  (token.kind === 'origin' && token.trait === 'random') || (token.kind === 'borrowed' && token.trait === undefined)

/** Where what is at a spot may go. */
function reach(start: Spot): ReadonlySet<Spot> {
  const seen = new Set<Spot>()
  const ahead: Spot[] = [start]
  for (let spot = ahead.pop(); spot !== undefined; spot = ahead.pop()) {
    for (const { to } of spot.edges ?? []) visit(to)
    for (const to of spot.links ?? []) visit(to)
  }
  return seen

  function visit(spot: Spot): void {
    if (seen.has(spot) || seen.size > SPOTS_MAX) return
    seen.add(spot)
    ahead.push(spot)
  }
}
