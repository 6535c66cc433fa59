/**
 * Arrivals: when the calls of a population come.
 *
 * Drawn by place: the n-th arrival, or the k-th thought of a caller, is the same under every strategy.
 *
 * @module
 */
import type { Agenda } from '../engine/agenda.js'
import { Counts } from '../engine/counts.js'
import { Draws, hash } from '../engine/draws.js'
import { ln } from '../engine/transcendental.js'
import type { Arrivals, CallersModel, RatePoint } from '../scenario/model.js'
import { ARRIVES, event, THOUGHT } from './events.js'

/** Starts a call. `caller`: who goes on when it ends; −1: nobody. */
export type Begin = (instance: number, caller: number, key: number, now: number) => void

/** Of one population. */
export interface Source {
  /** Puts the first on the agenda. */
  start(): void
  /** An arrival, or a caller's thought, has come. */
  comes(caller: number, now: number): void
  /** The caller's call has ended. */
  isFree(caller: number, now: number): void
}

export interface SourceParts {
  /** Which population it is. */
  readonly index: number
  readonly callers: CallersModel
  /** Number of its first caller among all. */
  readonly firstCaller: number
  readonly seed: number
  readonly agenda: Agenda
  readonly begin: Begin
}

export function sourceOf(parts: SourceParts): Source {
  const { arrivals } = parts.callers
  switch (arrivals.kind) {
    case 'closed':
      return new Closed(parts, arrivals)
    case 'open':
      return new Open(parts, arrivals.rates)
    case 'recorded':
      return new Recorded(parts, arrivals)
  }
}

class Closed implements Source {
  readonly #parts: SourceParts
  readonly #arrivals: Extract<Arrivals, { kind: 'closed' }>
  readonly #draws: Draws
  /** Calls that each caller has made. */
  readonly #made: Counts

  constructor(parts: SourceParts, arrivals: Extract<Arrivals, { kind: 'closed' }>) {
    this.#parts = parts
    this.#arrivals = arrivals
    this.#draws = new Draws(parts.seed, `arrivals/${parts.callers.name}`)
    this.#made = new Counts(parts.callers.instances * arrivals.each)
  }

  start(): void {
    const { firstCaller } = this.#parts
    for (let i = 0; i < this.#made.length; i++) this.#think(firstCaller + i, 0, this.#arrivals.startNow)
  }

  comes(caller: number, now: number): void {
    const { firstCaller, begin, index } = this.#parts
    const own = caller - firstCaller
    const made = this.#made.at(own)
    this.#made.add(own)
    begin(Math.floor(own / this.#arrivals.each), caller, hash(hash(index, own), made), now)
  }

  isFree(caller: number, now: number): void {
    if (!this.#arrivals.once) this.#think(caller, now, false)
  }

  #think(caller: number, now: number, atOnce: boolean): void {
    const { firstCaller, agenda } = this.#parts
    const own = caller - firstCaller
    const { think } = this.#arrivals
    const wait = atOnce || think === 0 ? 0 : -think * ln(this.#draws.at(own, this.#made.at(own)))
    agenda.add(now + wait, event(THOUGHT, caller))
  }
}

class Open implements Source {
  readonly #parts: SourceParts
  readonly #rates: readonly RatePoint[]
  readonly #draws: Draws
  readonly #highest: number
  #count = 0
  /** Candidates drawn: where the rate changes, some are passed over. */
  #drawn = 0

  constructor(parts: SourceParts, rates: readonly RatePoint[]) {
    this.#parts = parts
    this.#rates = rates
    this.#highest = rates.reduce((most, { rate }) => Math.max(most, rate), 0)
    this.#draws = new Draws(parts.seed, `arrivals/${parts.callers.name}`)
  }

  start(): void {
    this.#next(0)
  }

  comes(_caller: number, now: number): void {
    const { callers, begin, index } = this.#parts
    const count = this.#count++
    // The next first: what this one does may put other things into the same instant.
    this.#next(now)
    const instance = callers.instances === 1 ? 0 : Math.floor(callers.instances * this.#draws.at(count, 2))
    begin(instance, -1, hash(index, count), now)
  }

  isFree(): void {}

  #next(now: number): void {
    if (this.#highest === 0) return
    const last = this.#rates.at(-1) as RatePoint
    let at = now
    for (;;) {
      const drawn = this.#drawn++
      at -= (1_000 / this.#highest) * ln(this.#draws.at(drawn, 0))
      // Thinned by the rate of that moment: Lewis and Shedler's way to one that changes.
      const rate = at >= last.at ? last.rate : this.#rateAt(at)
      if (rate === this.#highest || this.#draws.at(drawn, 1) * this.#highest < rate) break
      // Nobody comes any more.
      if (at >= last.at && last.rate === 0) return
    }
    this.#parts.agenda.add(at, event(ARRIVES, this.#parts.index))
  }

  #rateAt(at: number): number {
    const next = this.#rates.findIndex((point) => point.at > at)
    const to = this.#rates[next] as RatePoint
    const from = this.#rates[next - 1]
    if (from === undefined) return to.rate
    return from.rate + ((to.rate - from.rate) * (at - from.at)) / (to.at - from.at)
  }
}

class Recorded implements Source {
  readonly #parts: SourceParts
  readonly #arrivals: Extract<Arrivals, { kind: 'recorded' }>
  #count = 0

  constructor(parts: SourceParts, arrivals: Extract<Arrivals, { kind: 'recorded' }>) {
    this.#parts = parts
    this.#arrivals = arrivals
  }

  start(): void {
    this.#next()
  }

  comes(_caller: number, now: number): void {
    const count = this.#count++
    this.#next()
    this.#parts.begin(this.#arrivals.instances[count] as number, -1, hash(this.#parts.index, count), now)
  }

  isFree(): void {}

  #next(): void {
    const at = this.#arrivals.at[this.#count]
    if (at !== undefined) this.#parts.agenda.add(at, event(ARRIVES, this.#parts.index))
  }
}
