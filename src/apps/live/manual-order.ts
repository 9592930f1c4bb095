// A person's order as the server passes it on, read against the instruments of the run.
import type { OperatorAction } from '../../domain/event.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { type Price, parseSteps, type Quantity } from '../../domain/numbers.ts'
import type { RunRequest } from '../../wire/topics.ts'

type Asked = Extract<RunRequest, { type: 'order' }>
type Manual = Extract<OperatorAction, { action: 'order' }>

/** Why an order cannot even be asked for. */
export interface OrderFault {
  readonly code: 'ORDER_INVALID'
  readonly message: string
  readonly fix: string
}

const KEY = /^[A-Za-z0-9-]{8,64}$/

export function manualOrderOf(asked: Asked, instruments: ReadonlyMap<string, Instrument>): Manual | OrderFault {
  const { instrument: id, side, quantity, orderType: type, price, stop, target, key } = asked
  const of = instruments.get(id)
  if (of === undefined) return fault(`the run does not trade '${id}'`, `name one of ${[...instruments.keys()].join(', ')}`)
  if (side !== 'buy' && side !== 'sell') return fault(`'${String(side)}' is no side`, 'buy or sell')
  if (!['market', 'limit', 'stop'].includes(type)) return fault(`'${String(type)}' is no type of order`, 'market, limit or stop')
  if (typeof key !== 'string' || !KEY.test(key)) return fault('the order has no key', 'give 8 to 64 letters, digits or dashes')
  if ((price === undefined) !== (type === 'market')) {
    return type === 'market'
      ? fault('an order at the market takes no price', 'leave the price out, or make it a limit or stop order')
      : fault(`a ${type} order needs a price`, 'give the price at which it is to act')
  }
  const lots = parseSteps(quantity, of.quantityDecimals)
  if (lots === undefined || lots <= 0 || lots % of.lot !== 0)
    return fault(`${quantity} is no quantity of ${id}`, `give a multiple of ${of.lot / of.quantityScale}`)
  for (const given of [price, stop, target]) {
    const steps = given === undefined ? 0 : parseSteps(given, of.priceDecimals)
    if (steps === undefined || steps % of.tick !== 0)
      return fault(`${given} is no price of ${id}`, `give a multiple of ${of.tick / of.priceScale}`)
  }
  const at = (text: string | undefined) => (text === undefined ? undefined : (parseSteps(text, of.priceDecimals) as Price))
  return {
    ...{ action: 'order', key, instrumentId: id, side, quantity: lots as Quantity, type },
    ...{ price: at(price), stop: at(stop), takeProfit: at(target) },
  }
}

const fault = (message: string, fix: string): OrderFault => ({ code: 'ORDER_INVALID', message, fix })
