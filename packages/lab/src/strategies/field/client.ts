/**
 * Field client: what the models of other libraries have in common.
 *
 * Nearly all of them are the same four answers: which failures are repeated, how often, after which wait, and who may
 * say no (a purse that pays for retries, a gate before every attempt). A model is those four; this file asks them in
 * turn. None looks at the call's deadline before it waits, so a wait that no attempt can follow ends the call there.
 *
 * @module
 */
import {
  type CallFacts,
  DEADLINE,
  type Decision,
  type Failure,
  type Payment,
  type Permit,
  type Random,
  type StopReason,
} from 'truce/policy'
import type { Client, ClientParts, Gauges } from '../client.js'

/** What decides about retries: tokens of any kind. */
export interface Purse {
  /** `null`: a retry cannot be paid; 0: there is nothing to pay. */
  pay(failure: Failure, now: number): Payment | null
  /** The retry paid for was never made. */
  takeBack(payment: Payment, now: number): void
  /** An attempt starts. */
  started(attempt: number, now: number): void
  /** `payment`: how it was paid; 0 for an original. */
  succeeded(attempt: number, payment: Payment, now: number): void
  failed(attempt: number, failure: Failure, now: number): void
  /** Retries that could be paid. */
  left(now: number): number
}

/** What may refuse any attempt: a breaker. */
export interface Gate {
  /** Asked once a call, before its original. */
  refuses(now: number): boolean
  /** 0 refuses. */
  enter(now: number): Permit
  /** @returns whether its state changed */
  succeeded(permit: Permit, now: number): boolean
  failed(permit: Permit, now: number): boolean
  isOpen(now: number): boolean
}

/** What one process has of a model. */
export interface Parts {
  /** Is a failure of this kind repeated? Default: what the strategy repeats. */
  readonly repeats?: (failure: Failure) => boolean
  /** ms before the retry that follows the failed attempt. */
  readonly wait: (call: CallFacts, failure: Failure, random: Random) => number
  readonly purse?: Purse
  readonly gate?: Gate
}

/** Permit of attempts without a gate. */
const FREE: Permit = 1

export class FieldClient implements Client {
  readonly #parts: Parts
  readonly #given: ClientParts

  constructor(given: ClientParts, parts: Parts) {
    this.#given = given
    this.#parts = parts
  }

  refusesOriginal(now: number): StopReason | undefined {
    return this.#parts.gate?.refuses(now) === true ? 'breaker' : undefined
  }

  acquire(attempt: number, now: number): Permit {
    const permit = this.#parts.gate?.enter(now) ?? FREE
    if (permit !== 0) this.#parts.purse?.started(attempt, now)
    return permit
  }

  succeeded(permit: Permit, attempt: number, payment: Payment, _ms: number, now: number): boolean {
    this.#parts.purse?.succeeded(attempt, payment, now)
    return this.#parts.gate?.succeeded(permit, now) ?? false
  }

  failed(permit: Permit, attempt: number, failure: Failure, _given: number, _ms: number, now: number): boolean {
    this.#parts.purse?.failed(attempt, failure, now)
    return this.#parts.gate?.failed(permit, now) ?? false
  }

  decide(call: CallFacts, failure: Failure, now: number): Decision {
    const stop = this.#forbids(call, failure)
    if (stop !== undefined) return { act: 'stop', stop, retryAt: undefined }
    const wait = this.#parts.wait(call, failure, this.#given.random)
    if (now + wait >= call.deadline) return { act: 'stop', stop: 'deadline', retryAt: undefined }
    const payment = this.#parts.purse === undefined ? 0 : this.#parts.purse.pay(failure, now)
    if (payment === null) return { act: 'stop', stop: 'budget', retryAt: undefined }
    return { act: 'retry', wait, payment }
  }

  takeBack(payment: Payment, _then: number, now: number): void {
    this.#parts.purse?.takeBack(payment, now)
  }

  least(): number {
    return DEADLINE.least
  }

  gauges(now: number): Gauges {
    const { gate, purse } = this.#parts
    return { breakerOpen: gate?.isOpen(now) ?? false, tokens: purse?.left(now) ?? 0, level: 0 }
  }

  #forbids(call: CallFacts, failure: Failure): StopReason | undefined {
    const { strategy, effect } = this.#given
    if (call.aborted || failure.class === 'aborted') return 'aborted'
    // None of them hears that a layer below has spent its retries: to them it is one more failure.
    const repeated =
      this.#parts.repeats?.(failure) ?? (failure.class === 'exhausted' || strategy.retryOn.has(failure.class))
    if (!repeated) return 'permanent'
    const repeatable = effect === 'read' || strategy.unsafe || call.keyed || failure.certainty === 'not-applied'
    if (!repeatable) return 'unsafe'
    return call.attempt >= strategy.attempts ? 'attempts' : undefined
  }
}
