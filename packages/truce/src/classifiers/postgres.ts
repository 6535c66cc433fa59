/**
 * postgres.js.
 *
 * Its connection errors have codes of its own. A FATAL answer that comes with the end of the connection
 * (57P01, a shutdown) is not handed on: it is a CONNECTION_CLOSED like any other.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { isPostgresError, judgeSqlState } from './sqlstate.js'
import { LOST, MISUSED, NEVER_SENT, text, thrown } from './thrown.js'

const CODES: Readonly<Record<string, Failure>> = {
  CONNECT_TIMEOUT: NEVER_SENT,
  CONNECTION_CLOSED: LOST,
  CONNECTION_DESTROYED: LOST, // by `sql.end()`, with the query under way
  CONNECTION_ENDED: MISUSED, // a query after `sql.end()`
  MAX_PARAMETERS_EXCEEDED: MISUSED,
  UNSAFE_TRANSACTION: MISUSED,
}

/** Judges errors of `postgres`. */
export const postgres = /* @__PURE__ */ thrown((error) => {
  const code = text(error['code'])
  return isPostgresError(code, error['severity']) ? judgeSqlState(code) : CODES[code]
})
