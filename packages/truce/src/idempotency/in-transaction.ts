/**
 * In a transaction: calls a handler so that what is at hand is not waited for.
 *
 * A database that knows no waiting (SQLite on one connection) needs claim, work and commit in one stretch: with
 * an `await` in between, other calls of the process would write into the open transaction.
 *
 * @module
 */
import type { Ended } from './outcome.js'
import type { Worked } from './store.js'

/** @param ended what the end comes to */
export function inTransaction(call: () => unknown, ended: (ended: Ended) => Worked): Worked | Promise<Worked> {
  let returned: unknown
  try {
    returned = call()
  } catch (error) {
    return ended({ threw: true, error })
  }
  if (typeof (returned as PromiseLike<unknown> | undefined | null)?.then !== 'function') {
    return ended({ threw: false, value: returned })
  }
  return Promise.resolve(returned).then(
    (value) => ended({ threw: false, value }),
    (error: unknown) => ended({ threw: true, error }),
  )
}
