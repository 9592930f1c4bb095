// Metadata on `Reflect`, as far as the certificate library's injector asks for it while it is being loaded.
const held = new WeakMap<object, Map<unknown, unknown>>()

const own = (key: unknown, target: object): unknown => held.get(target)?.get(key)

const inherited = (key: unknown, target: object): unknown => {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
    const found = own(key, at)
    if (found !== undefined) return found
  }
  return undefined
}

const define = (key: unknown, value: unknown, target: object): void => {
  const of = held.get(target) ?? new Map()
  held.set(target, of.set(key, value))
}

Object.assign(Reflect, { getMetadata: inherited, getOwnMetadata: own, defineMetadata: define })
