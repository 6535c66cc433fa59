/**
 * Fault line: which faults are at work when, for one dependency.
 *
 * What holds is computed at each beginning and end; between them an attempt asks for sums already made.
 *
 * @module
 */
import type { Draws } from '../engine/draws.js'
import type { Fault, FaultKind } from '../scenario/model.js'
import { errorOf, OK, SILENT } from './outcomes.js'

type Of<Is extends FaultKind['is']> = Extract<FaultKind, { is: Is }>

/** One at work, with its place for draws. */
interface Active<Is extends FaultKind['is']> {
  readonly place: number
  readonly share: number
  readonly kind: Of<Is>
}

interface Span {
  readonly at: number
  readonly until: number
}

/** Draws of one attempt are this many apart. */
const PLACES = 64

export class FaultLine {
  readonly #faults: readonly Fault[]
  readonly #draws: Draws
  readonly #frozen: readonly Span[]
  #down: readonly Active<'down'>[] = []
  #errors: readonly Active<'errors'>[] = []
  #slow: readonly Active<'slow'>[] = []
  #lost: readonly Active<'lost'>[] = []
  /** Workers left; `Infinity`: all. */
  workers = Number.POSITIVE_INFINITY
  frozen = false

  constructor(faults: readonly Fault[], draws: Draws) {
    this.#faults = faults
    this.#draws = draws
    this.#frozen = merged(faults.filter(({ kind }) => kind.is === 'frozen'))
  }

  /** When something begins or ends, each time once. */
  get turns(): readonly number[] {
    return [...new Set(this.#faults.flatMap(({ at, until }) => [at, until]))].toSorted((one, other) => one - other)
  }

  /** It is that late now. */
  moveTo(now: number): void {
    this.#down = this.#active('down', now)
    this.#errors = this.#active('errors', now)
    this.#slow = this.#active('slow', now)
    this.#lost = this.#active('lost', now)
    this.workers = Math.min(Number.POSITIVE_INFINITY, ...this.#active('workers', now).map(({ kind }) => kind.left))
    this.frozen = this.#active('frozen', now).length > 0
  }

  /** `down` or `hang` for an attempt that arrives now; `undefined`: it comes in. */
  refuses(key: number, attempt: number): 'down' | 'hang' | undefined {
    for (const { place, share, kind } of this.#down) {
      if (this.#concerns(key, attempt, place, share)) return kind.hang ? 'hang' : 'down'
    }
    return undefined
  }

  /** Service takes so many times as long. */
  slowness(key: number, attempt: number): number {
    let times = 1
    for (const { place, share, kind } of this.#slow) {
      if (this.#concerns(key, attempt, place, share)) times *= kind.times
    }
    return times
  }

  /** How an attempt that is served now will end. */
  outcome(key: number, attempt: number): number {
    for (const { place, share, kind } of this.#errors) {
      if (this.#concerns(key, attempt, place, share * kind.share)) return errorOf(kind.class)
    }
    for (const { place, share, kind } of this.#lost) {
      if (this.#concerns(key, attempt, place, share * kind.share)) return SILENT
    }
    return OK
  }

  /** When work of so many ms that begins now is done: nothing moves while it is frozen. */
  doneAt(now: number, ms: number): number {
    let done = now + ms
    for (const { at, until } of this.#frozen) {
      if (until > now && at < done) done += until - Math.max(at, now)
    }
    return done
  }

  #concerns(key: number, attempt: number, place: number, share: number): boolean {
    return share >= 1 || this.#draws.at(key, attempt * PLACES + place) < share
  }

  #active<Is extends FaultKind['is']>(is: Is, now: number): readonly Active<Is>[] {
    return this.#faults.flatMap(({ at, until, share, kind }, i) =>
      kind.is === is && at <= now && now < until ? [{ place: i % PLACES, share, kind: kind as Of<Is> }] : [],
    )
  }
}

/** Without overlaps, in order. */
function merged(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = []
  for (const { at, until } of spans.toSorted((one, other) => one.at - other.at)) {
    const last = result.at(-1)
    if (last === undefined || at > last.until) result.push({ at, until })
    else result[result.length - 1] = { at: last.at, until: Math.max(last.until, until) }
  }
  return result
}
