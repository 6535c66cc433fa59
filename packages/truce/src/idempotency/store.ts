/**
 * Store: what the engine needs of a place that remembers keys.
 *
 * Seven commands, each of them one atomic step on one record, and as far as possible one round trip. What
 * each has to do is said by the function of the same name in `policy/idempotency/record`; a store says
 * it in its own language, on its own clock, and the conformance suite compares the two.
 *
 * A store throws where it could not be asked. It never answers for a command that it does not know to be
 * done.
 *
 * @module
 */
import type { Abandoned, Begun, Claim, Found, Granted, Held } from '../policy/idempotency/record.js'

/** @typeParam Transaction what a handler in `transaction` mode writes through; `never` where the store has none */
export interface IdempotencyStore<Transaction = never> {
  /** Which kind it is, for messages and labels: `memory`, `sqlite`, `redis`, `postgres`. */
  readonly name: string
  begin(scope: string, claim: Claim): Promise<Begun>
  renew(scope: string, heartbeat: Heartbeat): Promise<Held>
  note(scope: string, point: RecoveryPoint): Promise<Held>
  complete(scope: string, completion: Completion): Promise<Held>
  abandon(scope: string, end: Abandonment): Promise<Held>
  look(scope: string): Promise<Found>
  /**
   * Ends when the record may have changed, at the latest after `ms`; too early does no harm. Without it the
   * engine polls.
   */
  changed?(scope: string, ms: number, signal: AbortSignal): Promise<void>
  /** Claim, effect and result as one commit; `undefined` where the store shares no database with effects. */
  readonly transact?: Transact<Transaction> | undefined
  /** Must the work of `transact` be done in one stretch, without a promise? */
  readonly synchronous?: boolean | undefined
  /**
   * Makes it ready and says what it is worth (version, durability), for the log. The engine calls it once,
   * before its first command.
   *
   * @throws where it cannot keep what it promises, saying what to change
   */
  ready(): Promise<string>
  /** Deletes at most so many records that ran out. @returns how many */
  reap(limit: number): Promise<number>
  /** Gives back what it took itself (connections that listen); clients that it was given stay open. */
  close(): Promise<void>
}

/** The lease ends `lease` ms from now. */
export interface Heartbeat {
  readonly fence: number
  readonly lease: number
}

/** A step is finished, with its result as text. */
export interface RecoveryPoint extends Heartbeat {
  readonly name: string
  readonly result: string
}

/** What a store is told of work that was done. */
export interface Completion {
  readonly fence: number
  /** As text. */
  readonly outcome: string
  /** ms from now for which it is remembered. */
  readonly ttl: number
}

/** What a store is told of work that was not done: by whom, and how it may be repeated. */
export interface Abandonment {
  readonly fence: number
  readonly as: Abandoned
}

/**
 * Claims in a transaction, lets `work` write through it, and commits both with the result.
 *
 * Where the claim is not granted, `work` is not called and nothing is written.
 *
 * @param within a transaction of the caller's own: then nothing is begun and nothing committed here
 */
export type Transact<Transaction> = (
  scope: string,
  claim: Claim,
  work: (granted: Granted, transaction: Transaction) => Worked | Promise<Worked>,
  within?: Transaction,
) => Promise<Transacted>

/** What the work says at its end: the outcome to commit with it, or `undefined` to roll back. */
export interface Worked {
  readonly outcome: string | undefined
}

/** How a transaction ended. */
export type Transacted =
  /** Nothing was begun. */
  | { readonly begun: Exclude<Begun, Granted> }
  /** Effect and result are there; or the work asked for nothing of it to be there. */
  | { readonly begun: Granted; readonly end: 'committed' | 'rolled-back' }
  /**
   * `refused`: the database refused the commit, nothing is there. `unknown`: the commit was sent and not
   * answered. `escaped`: the work ended the transaction itself, so that some of it is there, and the record says
   * that nobody knows.
   */
  | { readonly begun: Granted; readonly end: 'refused' | 'unknown' | 'escaped'; readonly error: unknown }
