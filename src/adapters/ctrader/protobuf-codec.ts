// The protobuf encoding, length-prefixed over TLS: an envelope with the payload's bytes inside.
import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { BODIES, type Fields, fieldOf, type OpenApiCodec, type OpenApiMessage } from './open-api-message.ts'

const { root } = protobuf.parse(readFileSync(new URL('./messages.proto', import.meta.url), 'utf8'), { keepCase: true })
const ENVELOPE = root.lookupType('Envelope')
const TYPES = new Map([...BODIES].map(([type, name]) => [type, root.lookupType(name)] as const))

export const PROTOBUF_CODEC: OpenApiCodec = {
  encode({ type, id, fields }): Uint8Array {
    const body = TYPES.get(type)
    const payload = body === undefined ? undefined : body.encode(body.fromObject({ ...fields })).finish()
    const envelope = {
      payloadType: type,
      ...(payload === undefined ? {} : { payload }),
      ...(id === '' ? {} : { clientMsgId: id }),
    }
    return ENVELOPE.encode(envelope).finish()
  },

  decode(frame): OpenApiMessage | undefined {
    if (typeof frame === 'string') return undefined
    try {
      const envelope = ENVELOPE.decode(frame) as unknown as Fields
      const type = fieldOf(envelope, 'payloadType') as number
      const payload = fieldOf(envelope, 'payload') as Uint8Array | undefined
      const body = TYPES.get(type)
      const fields = body === undefined ? {} : (body.decode(payload ?? NOTHING) as unknown as Fields)
      return { type, id: (fieldOf(envelope, 'clientMsgId') as string | undefined) ?? '', fields }
    } catch {
      return undefined
    }
  },
}

const NOTHING = new Uint8Array()
