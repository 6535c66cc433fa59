/**
 * MongoDB's driver.
 *
 * It repeats reads and writes once, and `commitTransaction` even where `retryWrites` is off. When the
 * repeat then finds no server, the error is about *finding* one ("connect ECONNREFUSED", or a handshake
 * cut off, labelled as overload) and the first attempt, perhaps applied, is not mentioned. So nothing is taken for not applied but what labels
 * and locks prove.
 *
 * @see https://github.com/mongodb/specifications/blob/master/source/transactions/transactions.md#error-labels
 * @module
 */
import type { Fields } from '../http/semantics/answer.js'
import { type Failure, failure, type FailureClass } from '../policy/classify.js'
import { LOST, MISUSED, silent, text, thrown, TIMED_OUT } from './thrown.js'

const CODES: ReadonlyMap<unknown, FailureClass> = /* @__PURE__ */ new Map(
  [
    codes('unavailable', [6, 7, 89, 91, 189, 9001, 10058, 10107, 11600, 11602, 13435, 13436]),
    codes('timeout', [50, 64, 202, 262]), // time limits, and a write that its replicas did not confirm in time
    codes('overloaded', [462, 16_500]),
    codes('conflict', [24, 112, 251]), // lock timeout, write conflict, transaction gone
    codes('unauthorized', [13, 18, 8000]),
    codes('invalid', [2, 9, 14, 40, 59, 72, 121]),
    codes('not-found', [26, 43]),
    codes('rejected', [11_000, 11_001]),
  ].flat(),
)

/** The server did nothing that lasts. */
const NOT_APPLIED = ['TransientTransactionError', 'NoWritesPerformed']

/** Judges errors of `mongodb`. */
export const mongodb = /* @__PURE__ */ thrown((error) => {
  const name = text(error['name'])
  const labels = error['errorLabels']
  if (!name.startsWith('Mongo') || !Array.isArray(labels)) return undefined
  const judged = judge(error, name, labels)
  if (!judged || !labels.some((label) => NOT_APPLIED.includes(label as string))) return judged
  return { ...judged, certainty: 'not-applied' }
})

function judge(error: Fields, name: string, labels: unknown[]): Failure | undefined {
  if (name === 'MongoNetworkTimeoutError' || name === 'MongoOperationTimeoutError') return TIMED_OUT
  if (name === 'MongoWaitQueueTimeoutError') return silent('overloaded', 'unknown')
  if (/^Mongo(?:ClientClosed|Network|PoolCleared|PoolClosed|ServerSelection)/.test(name)) return LOST
  if (/^Mongo(?:API|Driver|InvalidArgument|NotConnected|Parse|TopologyClosed|Transaction)Error$/.test(name)) {
    return MISUSED
  }
  const code = error['code']
  const known = CODES.get(code)
  if (labels.includes('SystemOverloadedError')) return failure('overloaded', 'unknown', backoffOf(error))
  if (known) return failure(known, code === 24 || code === 112 ? 'not-applied' : 'unknown')
  if (labels.includes('TransientTransactionError')) return failure('conflict')
  return labels.includes('RetryableWriteError') ? failure('unavailable') : failure('internal')
}

/** A server that sheds load may say how long callers should wait at least. */
function backoffOf(error: Fields): { retryAfter?: number } {
  const wait = Number(error['baseBackoffMS'])
  return wait > 0 && Number.isFinite(wait) ? { retryAfter: wait } : {}
}

function codes(failureClass: FailureClass, numbers: number[]): [number, FailureClass][] {
  return numbers.map((number) => [number, failureClass])
}
