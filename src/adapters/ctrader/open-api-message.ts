// A message of the Open API as both encodings carry it: a payload type, an id that answers echo, and named fields.
import type { Frame } from '../../connectivity/conversation.ts'

/** Payload types by the venue's numbers. */
export const PAYLOAD = Object.freeze({
  commonError: 50,
  heartbeat: 51,
  applicationAuth: 2100,
  applicationAuthAnswer: 2101,
  accountAuth: 2102,
  accountAuthAnswer: 2103,
  version: 2104,
  versionAnswer: 2105,
  assetList: 2112,
  assetListAnswer: 2113,
  symbolsList: 2114,
  symbolsListAnswer: 2115,
  symbolById: 2116,
  symbolByIdAnswer: 2117,
  symbolChanged: 2120,
  traderUpdated: 2123,
  subscribeSpots: 2127,
  subscribeSpotsAnswer: 2128,
  unsubscribeSpots: 2129,
  unsubscribeSpotsAnswer: 2130,
  spot: 2131,
  trendbars: 2137,
  trendbarsAnswer: 2138,
  marginChanged: 2141,
  error: 2142,
  tokensInvalidated: 2147,
  clientDisconnect: 2148,
  accountList: 2149,
  accountListAnswer: 2150,
  assetClassList: 2153,
  assetClassListAnswer: 2154,
  depth: 2155,
  subscribeDepth: 2156,
  subscribeDepthAnswer: 2157,
  unsubscribeDepth: 2158,
  unsubscribeDepthAnswer: 2159,
  categoryList: 2160,
  categoryListAnswer: 2161,
  accountDisconnect: 2164,
  refreshToken: 2173,
  refreshTokenAnswer: 2174,
})

/** The message of messages.proto that each payload type carries. */
export const BODIES: ReadonlyMap<number, string> = new Map([
  [PAYLOAD.commonError, 'CommonError'],
  [PAYLOAD.heartbeat, 'Empty'],
  [PAYLOAD.applicationAuth, 'ApplicationAuth'],
  [PAYLOAD.applicationAuthAnswer, 'Empty'],
  [PAYLOAD.accountAuth, 'AccountAuth'],
  [PAYLOAD.accountAuthAnswer, 'AccountOnly'],
  [PAYLOAD.version, 'Empty'],
  [PAYLOAD.versionAnswer, 'VersionAnswer'],
  [PAYLOAD.assetList, 'AccountOnly'],
  [PAYLOAD.assetListAnswer, 'AssetListAnswer'],
  [PAYLOAD.symbolsList, 'AccountOnly'],
  [PAYLOAD.symbolsListAnswer, 'SymbolsListAnswer'],
  [PAYLOAD.symbolById, 'AccountAndSymbols'],
  [PAYLOAD.symbolByIdAnswer, 'SymbolByIdAnswer'],
  [PAYLOAD.symbolChanged, 'AccountAndSymbols'],
  [PAYLOAD.traderUpdated, 'AccountOnly'],
  [PAYLOAD.subscribeSpots, 'SubscribeSpots'],
  [PAYLOAD.subscribeSpotsAnswer, 'AccountOnly'],
  [PAYLOAD.unsubscribeSpots, 'AccountAndSymbols'],
  [PAYLOAD.unsubscribeSpotsAnswer, 'AccountOnly'],
  [PAYLOAD.spot, 'SpotEvent'],
  [PAYLOAD.trendbars, 'Trendbars'],
  [PAYLOAD.trendbarsAnswer, 'TrendbarsAnswer'],
  [PAYLOAD.marginChanged, 'AccountOnly'],
  [PAYLOAD.error, 'Error'],
  [PAYLOAD.tokensInvalidated, 'TokensInvalidated'],
  [PAYLOAD.clientDisconnect, 'Disconnect'],
  [PAYLOAD.accountList, 'AccountList'],
  [PAYLOAD.accountListAnswer, 'AccountListAnswer'],
  [PAYLOAD.assetClassList, 'AccountOnly'],
  [PAYLOAD.assetClassListAnswer, 'AssetClassListAnswer'],
  [PAYLOAD.depth, 'DepthEvent'],
  [PAYLOAD.subscribeDepth, 'AccountAndSymbols'],
  [PAYLOAD.subscribeDepthAnswer, 'AccountOnly'],
  [PAYLOAD.unsubscribeDepth, 'AccountAndSymbols'],
  [PAYLOAD.unsubscribeDepthAnswer, 'AccountOnly'],
  [PAYLOAD.categoryList, 'AccountOnly'],
  [PAYLOAD.categoryListAnswer, 'CategoryListAnswer'],
  [PAYLOAD.accountDisconnect, 'AccountOnly'],
  [PAYLOAD.refreshToken, 'RefreshToken'],
  [PAYLOAD.refreshTokenAnswer, 'RefreshTokenAnswer'],
])

export type Fields = Readonly<Record<string, unknown>>

export interface OpenApiMessage {
  readonly type: number
  /** Empty for what the venue says unasked. */
  readonly id: string
  readonly fields: Fields
}

/** One of the venue's two encodings. */
export interface OpenApiCodec {
  encode(message: OpenApiMessage): Frame
  /** Undefined when it is no message at all. Fields of a type that nobody here knows are empty. */
  decode(frame: Frame): OpenApiMessage | undefined
}

/** What protobufjs makes of 64-bit integers. */
interface Long {
  readonly low: number
  readonly high: number
  readonly unsigned: boolean
}

const isLong = (value: unknown): value is Long =>
  typeof value === 'object' && value !== null && 'low' in value && 'high' in value && 'unsigned' in value

/** A double where it holds the number exactly, which nearly all are: Long's own division is many times slower. */
function exactly({ low, high, unsigned }: Long): number | bigint {
  const top = unsigned ? high >>> 0 : high
  const number = top * 2 ** 32 + (low >>> 0)
  return Number.isSafeInteger(number) ? number : (BigInt(top) << 32n) + BigInt(low >>> 0)
}

/** The field as sent: what protobuf gives as a default for a missing field is missing here. */
export const fieldOf = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined)

/** A whole number that a double holds exactly; undefined for anything else, a missing field included. */
export function wholeOf(fields: Fields, name: string): number | undefined {
  return whole(fieldOf(fields, name))
}

function whole(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (isLong(value)) {
    const count = exactly(value)
    return typeof count === 'number' ? count : undefined
  }
  if (typeof value !== 'string' || !/^-?\d{1,16}$/.test(value)) return undefined
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}

/** An id as its digits, exact to 64 bits; undefined where there is none. */
export function idOf(fields: Fields, name: string): string | undefined {
  return digits(fieldOf(fields, name))
}

function digits(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (isLong(value)) return String(exactly(value))
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? value : undefined
}

export function idsOf(fields: Fields, name: string): readonly (string | undefined)[] {
  const value = fieldOf(fields, name)
  return Array.isArray(value) ? value.map(digits) : []
}

export function textOf(fields: Fields, name: string): string | undefined {
  const value = fieldOf(fields, name)
  return typeof value === 'string' ? value : undefined
}

export function listOf(fields: Fields, name: string): readonly Fields[] {
  const value = fieldOf(fields, name)
  return Array.isArray(value) ? value.filter((item): item is Fields => typeof item === 'object' && item !== null) : []
}

/** Enums travel as numbers, and in JSON sometimes as names. */
export function enumOf(fields: Fields, name: string, names: readonly string[]): number | undefined {
  const value = fieldOf(fields, name)
  if (typeof value !== 'string' || /^\d+$/.test(value)) return whole(value)
  const at = names.indexOf(value)
  return at < 0 ? undefined : at
}
