// Who is signed in, and what they may: one signal that the shell and the pages read.
import { signal } from '@preact/signals'
import type { ReplyOf } from '../../src/wire/contract.ts'
import type { Right } from '../../src/wire/route.ts'
import { ApiError, api, onRenewed, onSignedOut, renew, useCsrf } from './api.ts'
import { watchIdle } from './idle.ts'
import { preferences } from './preferences.ts'
import { socket } from './socket.ts'

export type Session = ReplyOf<'GET /session'>

/** `undefined` before the server has answered, null when nobody is signed in. */
export const session = signal<Session | null | undefined>(undefined)
/** Whether the owner account still has to be made. */
export const setupNeeded = signal(false)
/** Why the server could not say who is signed in. */
export const sessionError = signal<ApiError | undefined>(undefined)

/** Why the page of signing in is there again; empty when the person left by themselves. */
export const leftWords = signal('')

export const may = (right: Right): boolean => session.value?.rights.includes(right) ?? false

/** Whether an account's orders and runs are this person's to see. */
export function mayAccount(account: string): boolean {
  const user = session.value?.user
  return user !== undefined && (user.roles.includes('admin') || user.accounts.includes('*') || user.accounts.includes(account))
}

/** The server closes a socket whose access token has ended; one that is renewed in time stays open. */
const EARLY_MILLIS = 45_000
/** Clocks differ: never more often than this, whatever theirs says. */
const LEAST_MILLIS = 30_000
let renewal: ReturnType<typeof setTimeout> | undefined

function renewInTime(given: Session): void {
  clearTimeout(renewal)
  const left = Date.parse(given.accessExpires) - Date.now() - EARLY_MILLIS
  renewal = setTimeout(() => void renew().catch(() => {}), Math.max(LEAST_MILLIS, left))
}

/** Backtests and replays of history are everybody's; what trades on living prices belongs to its account. */
export const mayRun = ({ name, mode }: { readonly name: string; readonly mode: string }): boolean =>
  mode === 'BACKTEST' || mode === 'REPLAY' || mayAccount(name)

export async function startSession(): Promise<void> {
  onRenewed(given => {
    if (!session.value) return
    session.value = given
    renewInTime(given)
  })
  onSignedOut(() => {
    if (session.value) leftWords.value = 'The session has ended.'
    enter(null)
  })
  sessionError.value = undefined
  try {
    enter(await api('GET /session'))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status !== 401) {
      sessionError.value = error
      return
    }
    setupNeeded.value = await api('GET /setup').then(
      ({ needed }) => needed,
      () => false,
    )
    enter(null)
  }
}

/** Takes a session the server gave, or none. */
export function enter(given: Session | null): void {
  useCsrf(given?.csrf ?? '')
  session.value = given
  if (given === null) {
    watchIdle(0, () => {})
    clearTimeout(renewal)
    socket.close()
    return
  }
  setupNeeded.value = false
  leftWords.value = ''
  renewInTime(given)
  socket.open()
  void api('GET /settings').then(
    reply => {
      preferences.value = reply.preferences
      watchIdle(reply.house.idleMinutes, () => {
        leftWords.value = `Nobody touched this page for ${reply.house.idleMinutes} minutes, so you were signed out.`
        void signOut()
      })
    },
    () => {},
  )
}

export async function signOut(): Promise<void> {
  await api('DELETE /session').catch(() => {})
  enter(null)
}
