/**
 * pg (node-postgres) and its pool.
 *
 * What pg itself finds wrong is a plain `Error` with nothing but its message, which unrecognised counts
 * as a fault of the caller's code and never reaches the breaker: a Postgres that accepts connections and
 * stays silent looked like a healthy one.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { isPostgresError, judgeSqlState } from './sqlstate.js'
import { LOST, MISUSED, NEVER_SENT, text, thrown, TIMED_OUT } from './thrown.js'

/** "timeout exceeded when trying to connect" is the pool's, and judged with other pools' (`http/semantics`). */
const MESSAGES: Readonly<Record<string, Failure>> = {
  'timeout expired': NEVER_SENT,
  'Connection terminated due to connection timeout': NEVER_SENT,
  'Connection terminated': LOST,
  'Connection terminated unexpectedly': LOST,
  'Query read timeout': TIMED_OUT,
  'Client has encountered a connection error and is not queryable': NEVER_SENT,
  'Client was closed and is not queryable': MISUSED,
  'Cannot use a pool after calling end on the pool': MISUSED,
}

/** Judges errors of `pg`. */
export const pg = /* @__PURE__ */ thrown((error) => {
  const code = text(error['code'])
  if (isPostgresError(code, error['severity'])) return judgeSqlState(code)
  return MESSAGES[text(error['message'])]
})
