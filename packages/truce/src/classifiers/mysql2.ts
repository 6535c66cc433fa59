/**
 * mysql2, against MySQL and MariaDB.
 *
 * Judged by the server's error number first: what matters most (a lock wait that timed out, too many
 * connections, a shutdown) hides in SQLSTATEs that mean "general error", or comes before there is one.
 * After 1205 the *transaction is still open* with its earlier statements: roll it back before the repeat.
 *
 * @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 * @module
 */
import { type Certainty, type Failure, failure, type FailureClass } from '../policy/classify.js'
import { judgeSqlState } from './sqlstate.js'
import { LOST, MISUSED, NEVER_SENT, text, thrown, TIMED_OUT } from './thrown.js'

const NUMBERS: ReadonlyMap<number, Failure> = /* @__PURE__ */ new Map(
  [
    /* deadlock, lock wait, NOWAIT, record changed (MariaDB), XA rolled back, rolled back at commit */
    errors('conflict', 'not-applied', [1213, 1205, 3572, 1020, 1613, 1614, 3101]),
    /* too many connections, of the server, of the user, a user's quota; no thread */
    errors('overloaded', 'not-applied', [1040, 1203, 1226, 1135]),
    errors('overloaded', 'unknown', [1037, 1038, 1041]), // out of memory
    /* shutdown, forced close, aborted connection, killed (query, connection, idle), network */
    errors('unavailable', 'unknown', [1053, 1080, 1152, 1184, 1317, 1927, 4031, 1158, 1159, 1160, 1161]),
    errors('unavailable', 'not-applied', [1047, 1836]), // a Galera node that is not ready, read-only
    errors('timeout', 'unknown', [3024, 1969]), // statement timeout of MySQL, of MariaDB
    errors('unauthorized', 'not-applied', [1044, 1045, 1142, 1143, 1227, 1698]),
    errors('rejected', 'not-applied', [1129]), // host blocked until an operator flushes it
  ].flat(),
)

/** 1290 also stands for other switches of the server; only --read-only and --super-read-only pass. */
const READ_ONLY = 1290

/** Judges errors of `mysql2`. */
export const mysql2 = /* @__PURE__ */ thrown((error) => {
  const { errno, sqlState } = error as { errno?: unknown; sqlState?: unknown }
  if (typeof errno === 'number' && typeof sqlState === 'string') {
    if (errno === READ_ONLY && text(error['message']).includes('read-only'))
      return failure('unavailable', 'not-applied')
    return NUMBERS.get(errno) ?? judgeSqlState(sqlState)
  }
  if (error['code'] === 'PROTOCOL_CONNECTION_LOST') return LOST
  if (error['code'] === 'PROTOCOL_SEQUENCE_TIMEOUT') return TIMED_OUT
  const message = text(error['message'])
  if (message === 'Pool is closed.') return MISUSED
  return message.startsWith("Can't add new command when connection is in closed state") ? NEVER_SENT : undefined
})

function errors(failureClass: FailureClass, certainty: Certainty, numbers: number[]): [number, Failure][] {
  return numbers.map((number) => [number, failure(failureClass, certainty)])
}
