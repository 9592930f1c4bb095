// The emergency stops in force: what each covers and how far it goes. A stop stays until a person resets it.
import type { Digest } from '../domain/digest.ts'
import type { OperatorAction, OperatorCommand } from '../domain/event.ts'

/** halt: no new risk. cancel: and open orders are cancelled. flatten: and positions are closed, also those that fill later. */
export type Kill = Extract<OperatorAction, { action: 'kill' }>

interface InForce {
  readonly kill: Kill
  readonly reason: string
}

export class Kills {
  #inForce: readonly InForce[] = []

  engage(kill: Kill, { operator, reason }: Pick<OperatorCommand, 'operator' | 'reason'>): void {
    this.#inForce = [...this.#inForce, { kill, reason: `${operator}: ${reason}` }]
  }

  get any(): boolean {
    return this.#inForce.length > 0
  }

  reset(): void {
    this.#inForce = []
  }

  /** Why this may take no new risk; empty when it may. */
  reason(instrumentId: string, strategy: string): string {
    if (this.#inForce.length === 0) return ''
    return this.#inForce.find(({ kill }) => covers(kill, instrumentId, strategy))?.reason ?? ''
  }

  /** The stop that wants no position here, in words; undefined when there is none. */
  flattens(instrumentId: string, strategy: string): string | undefined {
    if (this.#inForce.length === 0) return undefined
    return this.#inForce.find(({ kill }) => kill.mode === 'flatten' && covers(kill, instrumentId, strategy))?.reason
  }

  digest(into: Digest): void {
    for (const { kill, reason } of this.#inForce) into.text(kill.scope).text(kill.target).text(kill.mode).text(reason)
  }
}

export function covers({ scope, target }: Kill, instrumentId: string, strategy: string): boolean {
  return scope === 'all' || target === (scope === 'instrument' ? instrumentId : strategy)
}
