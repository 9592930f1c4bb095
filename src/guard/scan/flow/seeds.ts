// Which draws are fixed by a seed in the code: told once it is known what reaches where.
import type { FlowBuilder } from './flow-builder.ts'
import { drawsFrom } from './random-sources.ts'

export function settleSeeds({ graph, calls, handMade }: FlowBuilder): void {
  for (const { path, result, at } of calls.chance.draws) {
    const isSeeded = path.includes('(#)') || [...calls.chance.seeded].some(family => drawsFrom(path, family))
    if (isSeeded) graph.add(result, { kind: 'origin', trait: 'seeded', at })
  }
  for (const { spot, at, state, isSeeded } of handMade) {
    graph.add(spot, { kind: 'origin', trait: 'random', at })
    const beginsFixed = state?.tokens.some(token => token.kind === 'origin' && token.trait === 'made-up') === true
    if (isSeeded || beginsFixed) graph.add(spot, { kind: 'origin', trait: 'seeded', at })
  }
  graph.settle()
}
