// Announcements of one currency in order of time, read forward: constant cost per question while time grows.
import type { Digest } from '../../../domain/digest.ts'
import type { Micros } from '../../../domain/numbers.ts'

export interface Appointment {
  readonly id: string
  readonly time: Micros
  /** 'USD Non-Farm Employment Change'. */
  readonly title: string
}

/** Past appointments kept before they are cut off in one go. */
const SPENT_MAX = 64

export class Schedule {
  #appointments: Appointment[] = []
  readonly #times = new Map<string, Micros>()
  /** Index of the first appointment after the newest question. */
  #next = 0

  get count(): number {
    return this.#appointments.length
  }

  /** The same id again moves the appointment; the same id and time change nothing. */
  put(appointment: Appointment): void {
    const { id, time } = appointment
    const known = this.#times.get(id)
    if (known === time) return
    if (known !== undefined) this.#remove(id)

    const place = this.#placeOf(time)
    this.#appointments.splice(place, 0, appointment)
    this.#times.set(id, time)
    if (place < this.#next) this.#next++
  }

  /** The first appointment after `now`. Questions do not go back in time. */
  next(now: Micros): Appointment | undefined {
    this.#advance(now)
    return this.#appointments[this.#next]
  }

  /** The newest appointment at or before `now`. */
  last(now: Micros): Appointment | undefined {
    this.#advance(now)
    return this.#appointments[this.#next - 1]
  }

  digest(into: Digest): void {
    into.number(this.#appointments.length).number(this.#next)
    for (const { id, time } of this.#appointments) into.text(id).number(time)
  }

  #advance(now: Micros): void {
    const appointments = this.#appointments
    while (this.#next < appointments.length && appointments[this.#next]!.time <= now) this.#next++
    if (this.#next > SPENT_MAX) this.#forget(this.#next - 1)
  }

  #forget(count: number): void {
    for (const { id } of this.#appointments.splice(0, count)) this.#times.delete(id)
    this.#next -= count
  }

  #remove(id: string): void {
    const place = this.#appointments.findIndex(appointment => appointment.id === id)
    this.#appointments.splice(place, 1)
    this.#times.delete(id)
    if (place < this.#next) this.#next--
  }

  /** After all of the same time, searched from the end: schedules arrive nearly in order. */
  #placeOf(time: Micros): number {
    let place = this.#appointments.length
    while (place > 0 && this.#appointments[place - 1]!.time > time) place--
    return place
  }
}
