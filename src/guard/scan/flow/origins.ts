// How the value at a spot came by its traits: the tokens that arrived, each with the places it went through.

import { isAside } from '../clues/market-words.ts'
import type { BorrowedToken, Spot, Thing, Token } from './flow-graph.ts'
import type { Origin, Trait } from './trait.ts'

const TRAITS: readonly Trait[] = ['random', 'seeded', 'made-up', 'pretended', 'walk']

/** As deep as an object is looked into, and as many places as evidence shows. */
const DEPTH_MAX = 4
const ORIGINS_MAX = 24
const THINGS_MAX = 60
const PLACES_MAX = 24

/** Of a value and, when it is an object or a list, of all that is in it. */
export function originsAt(spot: Spot): readonly Origin[] {
  if (spot.tokens.length === 0) return NONE
  const known = gathered.get(spot)
  if (known !== undefined) return known

  const found: Origin[] = []
  gather(spot, [], found, new Set(), 0)
  const made = found.length === 0 ? NONE : found
  gathered.set(spot, made)
  return made
}

const NONE: readonly Origin[] = []

/** Asked once everything has settled, so the answer stays. */
const gathered = new Map<Spot, readonly Origin[]>()

/** Before another program: what was gathered of the last one would keep it. */
export const forgetOrigins = (): void => gathered.clear()

function gather(spot: Spot, after: readonly number[], found: Origin[], seen: Set<Thing>, depth: number): void {
  for (const token of spot.tokens) {
    if (found.length >= ORIGINS_MAX || seen.size > THINGS_MAX) return
    if (token.kind !== 'thing') add(token, spot, after, found)
    else if (
      depth < DEPTH_MAX &&
      !seen.has(token.thing) &&
      token.thing.class === undefined &&
      token.thing.function === undefined
    ) {
      seen.add(token.thing)
      const here = placesOf(spot, token)
      const beyond = here.length > 1 ? [...here.slice(1), ...after] : after
      for (const [key, field] of token.thing.fields)
        if (field.tokens.length > 0 && !isAside(key)) gather(field, beyond, found, seen, depth + 1)
      gather(token.thing.rest, beyond, found, seen, depth + 1)
    }
  }
}

function add(token: Token, spot: Spot, after: readonly number[], found: Origin[]): void {
  if (token.kind === 'origin') {
    const through = joined(placesOf(spot, token), after)
    if (!found.some(({ trait, borrowed, through: [at] }) => trait === token.trait && borrowed === undefined && at === through[0]))
      found.push({ trait: token.trait, through })
  } else if (token.kind === 'borrowed') {
    const through = joined(placesOf(spot, token), after)
    for (const origin of ofBorrowed(token, through)) found.push(origin)
  }
}

export const ofBorrowed = ({ module, name, trait }: BorrowedToken, through: readonly number[]): Origin[] =>
  trait === undefined
    ? TRAITS.map(each => ({ trait: each, through, borrowed: { module, name, trait: each } }))
    : [{ trait, through, borrowed: { module, name, trait: 'random' } }]

function joined(before: readonly number[], after: readonly number[]): readonly number[] {
  const all = after.length === 0 ? before : [...before, ...after]
  return all.filter((at, i) => i === 0 || at !== all[i - 1])
}

/** From the source to the spot. */
function placesOf(spot: Spot, token: Token): number[] {
  const places: number[] = token.kind === 'origin' ? [token.at] : []
  const back: number[] = []
  let at: Spot | undefined = spot
  for (let steps = 0; at !== undefined && steps < 400; steps += 1) {
    const i: number = at.tokens.indexOf(token)
    const from: Spot | undefined = i < 0 ? undefined : at.came[i]
    if (at.isLandmark || (from === undefined && token.kind !== 'origin')) back.push(at.at)
    at = from
  }
  back.reverse()
  const chain = [...places, ...back]
  return chain.length <= PLACES_MAX ? chain : [...chain.slice(0, PLACES_MAX / 2), ...chain.slice(-PLACES_MAX / 2)]
}
