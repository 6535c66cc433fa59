/**
 * Database: what the store needs of a client, whichever it is.
 *
 * @module
 */
import type { Row } from './reply.js'
import type { Statement } from './statements.js'

export type Value = string | number | boolean

/** A statement with its values. */
export interface Sent {
  readonly statement: Statement
  readonly values: readonly Value[]
}

/** Runs a statement. @throws what the client throws */
export type Ask = (statement: Statement, values: readonly Value[]) => Promise<readonly Row[]>

export interface Database<Transaction> {
  /** On any connection, in a transaction of its own. */
  readonly ask: Ask
  /** In a transaction of the caller's. */
  within(transaction: Transaction): Ask
  /**
   * Runs `body` in a transaction, and commits it where it says so.
   *
   * @param first goes with the BEGIN, in one message where the client can
   * @throws what `body` throws, after a roll-back; what the client throws where nothing could be begun
   */
  transaction<Result>(body: Body<Transaction, Result>, first?: Sent): Promise<Closed<Result>>
  /** `undefined` where it cannot listen: the caller polls. `up`: from now on, nothing is missed. */
  listen(channel: string, heard: (payload: string) => void, up: (is: boolean) => void): Promise<Listening | undefined>
}

/** @param rows what the first statement answered */
export type Body<Transaction, Result> = (
  ask: Ask,
  transaction: Transaction,
  rows: readonly Row[],
) => Promise<Done<Result>>

export type Done<Result> =
  /** `atOnce`: nobody need wait for the roll-back. */
  | { readonly commits: false; readonly result: Result; readonly atOnce?: true }
  /** `last` goes with the COMMIT, in one message where the client can, and has to fail where it does not what it is to do. */
  | { readonly commits: true; readonly result: Result; readonly last?: Sent }

/** How a transaction ended. */
export type Closed<Result> =
  | { readonly end: 'committed' | 'rolled-back'; readonly result: Result }
  | { readonly end: 'refused' | 'unknown'; readonly result: Result; readonly error: unknown }

/** The connection was lost before the COMMIT was sent: the server rolls back by itself. */
export function lostError(cause?: unknown): Error {
  return new Error('The connection was lost before the work could be committed: the server rolls it back', { cause })
}

/** Ends listening. */
export type Listening = () => Promise<void>

/** A message may hold more than one statement, but no values. */
export const plain = (text: string): Statement => ({ name: '', text })

/** The SQLSTATE of an error that the server answered with. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as { readonly code?: unknown; readonly severity?: unknown }
  return typeof code === 'string' && code.length === 5 && typeof severity === 'string' ? code : undefined
}

/**
 * Did the server refuse the COMMIT? A session that was ended (57…), a pooler that lost its server (08…)
 * and `40003` say of themselves that nobody knows.
 */
export function isRefusal(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state !== undefined && !/^(?:08|57P|40003)/.test(state)
}

/** A COMMIT is also answered where there is nothing left to commit: a statement had failed, and the work went on. */
export function abortedError(): Error {
  return new Error(
    'The server rolled back instead of committing: a statement of the work failed, and the work returned all the same. ' +
      'Throw the error on, or set a savepoint before a statement that may fail.',
  )
}
