/**
 * Client: what one process knows of one dependency under a strategy, and what it decides.
 *
 * The driver (`model/calls`) asks at the moments of a call's life and does the rest: time, queues, attempts. Truce's
 * client asks the shipped policies; models of other libraries answer for themselves. Both are driven the same way.
 *
 * @module
 */
import type { CallFacts, Decision, DependencyPolicy, Failure, Payment, Permit, Random, StopReason } from 'truce/policy'
import type { StrategyModel } from '../scenario/model.js'

export interface Client {
  /**
   * A permit for an original that nothing can refuse, without a draw, taken at once; 0: ask `refusesOriginal` and
   * `acquire`. Without it they are always asked.
   */
  plain?(now: number): Permit
  /** Would a first attempt be refused now? */
  refusesOriginal(now: number): StopReason | undefined
  /**
   * Lets an attempt start; 0 refuses it (`breaker`).
   *
   * @param given the time it is given, ms
   */
  acquire(attempt: number, now: number, given: number): Permit
  /** @returns whether a breaker's state changed */
  succeeded(permit: Permit, attempt: number, payment: Payment, ms: number, now: number): boolean
  failed(permit: Permit, attempt: number, failure: Failure, given: number, ms: number, now: number): boolean
  /** What follows a failed attempt: after `failed`. */
  decide(call: CallFacts, failure: Failure, now: number): Decision
  /** The retry paid for at `then` was never made. */
  takeBack(payment: Payment, then: number, now: number): void
  /** Least time in which an attempt can succeed, ms. */
  least(): number
  /** For the reports. `breakerOpen`: is it anything but closed? `tokens`: retries that could be paid. */
  gauges(now: number): Gauges
  /** Where background calls wait for room: what they have to ask. None: they end instead. */
  readonly policy?: DependencyPolicy
}

export interface Gauges {
  readonly breakerOpen: boolean
  readonly tokens: number
  readonly level: number
}

/** What the clients of a fleet are made of. */
export interface ClientParts {
  readonly strategy: StrategyModel
  /** How many processes run the same. */
  readonly instances: number
  readonly effect: 'read' | 'write'
  readonly random: Random
}

/** One client a process; what is the same for all of them is made once. */
export type MakeClient = (parts: ClientParts) => () => Client
