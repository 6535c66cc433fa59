/**
 * Inner layer: retries that a client makes by itself, below the guard.
 *
 * Three attempts of a guard around three of an SDK are nine requests, made when the dependency can bear
 * them least, and the guard's budget sees a third of them. One layer owns retries: switch the client's
 * off (`off` says how), or let its failures be final (`exhaustedBelow`).
 *
 * @module
 */
import { type Fields, isObject } from '../http/semantics/answer.js'
import { classifyHttp } from '../http/semantics/classify.js'
import { type Classifier, failure, isTransient } from '../policy/classify.js'
import { text } from './thrown.js'

/** A client that retries. */
export interface InnerLayer {
  /** Its package. */
  readonly library: string
  /** Of an error: attempts made. Of a client: attempts that one call may cost, the original included. */
  readonly attempts: number
  /** The option that leaves one attempt. */
  readonly off: string
}

/**
 * The retries behind an error; `undefined` where there were none, or where the error does not say
 * (OpenAI-style SDKs and MongoDB never do: ask `detectLayers` about the client).
 *
 * @example
 * innerLayer(error) // { library: 'aws-sdk', attempts: 3, off: 'maxAttempts: 1' }
 */
export function innerLayer(error: unknown): InnerLayer | undefined {
  if (!isObject(error)) return undefined
  const found = (library: string, attempts: unknown, off: string): InnerLayer | undefined =>
    typeof attempts === 'number' && attempts > 1 ? { library, attempts, off } : undefined
  return (
    found('aws-sdk', field(error, '$metadata', 'attempts'), 'maxAttempts: 1') ??
    found('got', repeats(field(error, 'request', 'retryCount')), 'retry: { limit: 0 }') ??
    found('axios-retry', repeats(field(error, 'config', 'axios-retry', 'retryCount')), 'retries: 0') ??
    found('ioredis', reconnects(error), 'maxRetriesPerRequest: 0')
  )
}

/**
 * A classifier whose transient failures are `exhausted` where the client already spent retries on them:
 * the guard stops with `exhausted-below`, and its breaker does not count them.
 *
 * @example
 * dependency('orders-table', { classify: exhaustedBelow(awsSdk) })
 */
export function exhaustedBelow(classifier: Classifier): Classifier {
  return (result, threw) => {
    const verdict = classifier(result, threw)
    if (!threw || !innerLayer(result)) return verdict
    const judged = verdict ?? classifyHttp(result, threw)
    if (judged === undefined || judged === 'ok') return judged
    const { class: failureClass, answered } = typeof judged === 'string' ? failure(judged) : judged
    return isTransient(failureClass) ? failure('exhausted', 'unknown', { answered }) : judged
  }
}

/** A field of a field; `undefined` where the way ends. */
export function field(from: Fields, ...way: string[]): unknown {
  return way.reduce<unknown>(
    (at, name) => (isObject(at) || typeof at === 'function' ? (at as Fields)[name] : undefined),
    from,
  )
}

function repeats(count: unknown): number | undefined {
  return typeof count === 'number' ? count + 1 : undefined
}

function reconnects(error: Fields): number | undefined {
  if (error['name'] !== 'MaxRetriesPerRequestError') return undefined
  return repeats(Number(/\(which is (\d+)\)/.exec(text(error['message']))?.[1] ?? 0))
}
