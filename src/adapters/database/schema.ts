// The tables as Kysely knows them. Instants are ISO text here and timestamptz there; exact decimals are text here and numeric there.
import type { ColumnType, Generated } from 'kysely'

/** Kept as JSON text; `json` rather than `jsonb`, which refuses characters that a person may send. */
type Json<T> = ColumnType<T, string, string>

export interface UserTable {
  readonly name: string
  readonly id: string
  readonly roles: Json<readonly string[]>
  readonly accounts: Json<readonly string[]>
  readonly password_hash: string
  readonly password_time: number
  readonly totp_secret: string | null
  readonly pending_secret: string | null
  readonly totp_step: number
  readonly recovery_hashes: Json<readonly string[]>
  readonly disabled: boolean
  readonly version: number
  readonly created: number
  readonly last_sign_in: number | null
  readonly preferences: Json<Readonly<Record<string, unknown>>>
}

export interface TokenTable {
  readonly id: string
  readonly user_name: string
  readonly name: string
  readonly scopes: Json<readonly string[]>
  readonly hash: string
  readonly created: number
  readonly expires: number
  readonly last_used: number | null
  readonly revoked: number | null
}

export interface SessionTable {
  readonly id: string
  readonly user_name: string
  readonly user_version: number
  readonly created: number
  readonly last_seen: number
  readonly expires: number
  readonly signed_in: number
  readonly methods: Json<readonly string[]>
  readonly address: string
  readonly device: string
  readonly refresh_hash: string
  readonly previous_hash: string | null
  readonly rotated: number
  readonly csrf_key: string
}

export interface AuditTable {
  readonly sequence: number
  readonly time: string
  readonly actor: string
  readonly action: string
  /** The whole record in canonical JSON: what the hash was taken of, and the hash. */
  readonly record: string
}

export interface AuditHeadTable {
  readonly entry: Generated<number>
  readonly size: number
  readonly root: string
  readonly time: string
  readonly key_id: string
  readonly signature: string
}

export interface RunTable {
  readonly id: string
  readonly account: string
  readonly mode: string
  readonly finished: string | null
  /** What the folder held when it was taken in; null of a run that lives. */
  readonly fingerprint: string | null
  readonly line: Json<unknown>
  readonly yaml: string
}

export interface OrderTable {
  readonly key: string
  readonly run: string
  readonly account: string
  readonly id: string
  readonly instrument: string
  readonly strategy: string
  readonly side: string
  readonly type: string
  readonly role: string
  readonly quantity: string
  readonly filled: string
  readonly price: string | null
  readonly state: string
  readonly reason: string
  readonly why: string
  readonly created: string
  readonly changed: string
}

/** What became of an order, one row a change. */
export interface OrderChangeTable {
  readonly order_key: string
  readonly run: string
  readonly time: string
  readonly state: string
  readonly reason: string
}

export interface FillTable {
  readonly key: string
  readonly run: string
  readonly account: string
  readonly id: string
  readonly order: string
  readonly instrument: string
  readonly strategy: string
  readonly side: string
  readonly quantity: string
  readonly price: string
  readonly commission: string
  readonly currency: string
  readonly time: string
}

export interface TradeTable {
  readonly run: string
  /** Its place in the run's list. */
  readonly number: number
  readonly entry: string
  readonly exit: string
  readonly account: string
  readonly instrument: string
  readonly strategy: string
  readonly side: string
  readonly quantity: string
  readonly entry_price: number
  readonly exit_price: number
  readonly commission: string
  readonly profit: string
  readonly currency: string
  readonly entry_order: string
  readonly exit_order: string
  readonly entry_reason: string
  readonly exit_reason: string
}

export interface SignalTable {
  readonly key: string
  readonly run: string
  readonly instrument: string
  readonly strategy: string
  readonly outcome: string
  readonly time: string
  readonly line: Json<unknown>
}

export interface OpinionTable {
  readonly run: string
  readonly instrument: string
  readonly time: string
  readonly line: Json<unknown>
}

export interface AccountTable {
  readonly run: string
  readonly account: string
  readonly time: string
  readonly line: Json<unknown>
}

/** Curves of a run: 'equity', 'funnel', or 'bars' of an instrument. */
export interface SeriesTable {
  readonly run: string
  readonly kind: string
  readonly instrument: string
  readonly content: Json<unknown>
}

export interface Tables {
  readonly users: UserTable
  readonly tokens: TokenTable
  readonly sessions: SessionTable
  readonly audit: AuditTable
  readonly audit_head: AuditHeadTable
  readonly runs: RunTable
  readonly orders: OrderTable
  readonly order_changes: OrderChangeTable
  readonly fills: FillTable
  readonly trades: TradeTable
  readonly signals: SignalTable
  readonly opinions: OpinionTable
  readonly accounts: AccountTable
  readonly series: SeriesTable
}
