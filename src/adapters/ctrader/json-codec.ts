// The JSON encoding, over WebSocket: {"clientMsgId":"7","payloadType":2131,"payload":{…}}.
import type { Frame } from '../../connectivity/conversation.ts'
import type { Fields, OpenApiCodec, OpenApiMessage } from './open-api-message.ts'

/** Sixteen digits in a row, without quotation marks, may be more than a double holds. */
const LONG_NUMBER = /[:[,]\s*-?\d{16}/
const LONG_NUMBERS = /(?<=[:[,]\s*)-?\d{16,}(?=\s*[,\]}])/g

export const JSON_CODEC: OpenApiCodec = {
  encode({ type, id, fields }): Frame {
    return JSON.stringify({ ...(id === '' ? {} : { clientMsgId: id }), payloadType: type, payload: fields })
  },

  decode(frame): OpenApiMessage | undefined {
    if (typeof frame !== 'string') return undefined
    let message: unknown
    try {
      message = LONG_NUMBER.test(frame) ? parseKeepingDigits(frame) : JSON.parse(frame)
    } catch {
      return undefined
    }
    if (!isFields(message)) return undefined
    const { payloadType, payload, clientMsgId } = message
    const type = typeof payloadType === 'string' ? Number(payloadType) : payloadType
    if (typeof type !== 'number' || !Number.isSafeInteger(type)) return undefined
    if (payload !== undefined && payload !== null && !isFields(payload)) return undefined
    return { type, id: typeof clientMsgId === 'string' ? clientMsgId : '', fields: (payload as Fields | null | undefined) ?? {} }
  },
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Long numbers become the texts they are; in quotation marks, which is many times faster than asking for each value's source. */
function parseKeepingDigits(frame: string): unknown {
  try {
    return JSON.parse(frame.replace(LONG_NUMBERS, '"$&"'))
  } catch {
    // Something in a text looked like such a number.
    return JSON.parse(frame, keepingDigits)
  }
}

/** A whole number beyond 2^53 stays the text it was. */
function keepingDigits(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isLossy = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
  return isLossy ? context?.source : value
}
