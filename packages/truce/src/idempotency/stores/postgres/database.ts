/**
 * Database: what the store needs of a client, whichever it is.
 *
 * @module
 */
import type { Row } from './reply.js'
import type { Statement } from './statements.js'

export type Value = string | number | boolean

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
   * @throws what `body` throws, after a roll-back; what the client throws where nothing could be begun
   */
  transaction<Result>(body: Body<Transaction, Result>): Promise<Closed<Result>>
  /** `undefined` where it cannot listen: the caller polls. `up`: from now on, nothing is missed. */
  listen(channel: string, heard: (payload: string) => void, up: (is: boolean) => void): Promise<Listening | undefined>
}

export type Body<Transaction, Result> = (
  ask: Ask,
  transaction: Transaction,
) => Promise<{ readonly commits: boolean; readonly result: Result }>

/** How a transaction ended. */
export type Closed<Result> =
  | { readonly end: 'committed' | 'rolled-back'; readonly result: Result }
  | { readonly end: 'refused' | 'unknown'; readonly result: Result; readonly error: unknown }

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
