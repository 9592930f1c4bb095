// Orders: wished, allowed, sent, and what becomes of them.
import type { Happened, Side } from './market.ts'
import type { Money, Price, Quantity } from './numbers.ts'

export type OrderType = 'market' | 'limit' | 'stop'
/** Which part an order plays for its position: opening or flipping it, or guarding it once filled. */
export type OrderRole = 'entry' | 'exit' | 'stop' | 'target'

export interface OrderIntent {
  readonly instrumentId: string
  readonly strategy: string
  readonly side: Side
  readonly quantity: Quantity
  readonly type: OrderType
  readonly role: OrderRole
  /** The limit of a limit order, the trigger of a stop; undefined for a market order. */
  readonly price: Price | undefined
  /** Guards to place once this is filled. */
  readonly stop: Price | undefined
  readonly takeProfit: Price | undefined
  readonly why: string
}

declare const approval: unique symbol
/** An intent that risk has reviewed. Only stages/risk says `as ApprovedOrder`; test/walls.test.ts sees to it. */
export type ApprovedOrder = OrderIntent & { readonly [approval]: true }

export interface Place {
  readonly kind: 'place'
  readonly orderId: string
  readonly instrumentId: string
  readonly side: Side
  readonly quantity: Quantity
  readonly type: OrderType
  readonly price: Price | undefined
  /** May only make the position smaller: the venue cuts it to what is open and cancels the rest. */
  readonly reduceOnly: boolean
}
export interface Cancel {
  readonly kind: 'cancel'
  readonly orderId: string
  readonly instrumentId: string
}
export type Command = Place | Cancel

/** What a venue says of an order. Arrives through the front door like every other event. */
export type OrderEvent = Happened & {
  readonly kind: 'order-event'
  readonly instrumentId: string
  readonly orderId: string
} & OrderOutcome

export type OrderOutcome =
  | { readonly outcome: 'accepted' }
  | {
      readonly outcome: 'filled'
      readonly fillId: string
      readonly side: Side
      readonly price: Price
      readonly quantity: Quantity
      /** Cost charged by the venue in the settle currency, never negative here. */
      readonly commission: Money
    }
  | { readonly outcome: 'canceled'; readonly reason: string }
  | { readonly outcome: 'rejected'; readonly reason: string }
  | { readonly outcome: 'expired'; readonly reason: string }

/** reliability.md §4.1, the part a simulated venue can reach. `denied` never left us; the rest is the venue's word. */
export type OrderState = 'intended' | 'sent' | 'accepted' | 'partially-filled' | 'filled' | 'canceled' | 'rejected' | 'expired'

export const isOpen = (state: OrderState): boolean =>
  state === 'intended' || state === 'sent' || state === 'accepted' || state === 'partially-filled'
