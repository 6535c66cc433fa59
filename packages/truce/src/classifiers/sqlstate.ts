/**
 * SQLSTATE: what the five characters say that a database answers a failed statement with.
 *
 * A serialization failure is the normal answer of a correct database to two writers, and only a repeat
 * of the *whole transaction* helps: repeating the statement alone meets an aborted transaction. So
 * `not-applied` is said of the transaction that the error ended, not of earlier ones of the same call.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 * @module
 */
import { type Certainty, type Failure, failure, type FailureClass } from '../policy/classify.js'

const judged = (failureClass: FailureClass, certainty: Certainty): Failure =>
  Object.freeze(failure(failureClass, certainty))

const CONFLICT = judged('conflict', 'not-applied')
const REFUSED = judged('unavailable', 'not-applied')
const CUT_OFF = judged('unavailable', 'unknown')

/** Codes that differ from their class, the first two characters. */
const CODES: Readonly<Record<string, Failure>> = {
  '08001': REFUSED, // could not connect
  '08004': REFUSED, // the server rejected the connection
  25006: REFUSED, // read-only: the primary has moved, or this is its replica
  40003: CUT_OFF, // statement completion unknown
  40002: judged('rejected', 'not-applied'), // a constraint, found at the end of the transaction
  42501: judged('unauthorized', 'not-applied'),
  53300: judged('overloaded', 'not-applied'), // too many connections
  '55006': CONFLICT, // object in use
  '55P03': CONFLICT, // lock not available
  57014: judged('timeout', 'unknown'), // statement timeout, or cancelled
  '57P01': CUT_OFF, // administrator's shutdown: it may come while a COMMIT waits for its replica
  '57P02': CUT_OFF, // crash of another backend
  '57P03': REFUSED, // starting up
  '57P05': CUT_OFF, // idle session ended
  '3D000': judged('not-found', 'not-applied'), // no such database
  P0002: judged('not-found', 'not-applied'), // no data found
  72000: CONFLICT, // snapshot too old
}

const CLASSES: Readonly<Record<string, Failure>> = {
  '08': CUT_OFF, // 08006, 08007, and 08P01, by which poolers refuse
  '21': judged('invalid', 'not-applied'),
  '22': judged('invalid', 'not-applied'),
  '23': judged('rejected', 'not-applied'),
  '28': judged('unauthorized', 'not-applied'),
  '40': CONFLICT,
  '42': judged('invalid', 'not-applied'),
  '53': judged('overloaded', 'unknown'),
  '54': judged('invalid', 'not-applied'),
  '58': judged('internal', 'unknown'),
  HY: judged('internal', 'unknown'),
  XX: judged('internal', 'unknown'),
}

const OTHER = judged('rejected', 'unknown')

/** What a SQLSTATE means; a statement that failed otherwise is `rejected`. */
export function judgeSqlState(sqlState: string): Failure {
  return CODES[sqlState] ?? CLASSES[sqlState.slice(0, 2)] ?? OTHER
}

/** Is this the error of a Postgres server? EPIPE has five characters too, but no severity. */
export function isPostgresError(code: string, severity: unknown): boolean {
  return code.length === 5 && typeof severity === 'string'
}
