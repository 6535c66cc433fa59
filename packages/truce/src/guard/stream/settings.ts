/**
 * Stream: an answer that comes in pieces, guarded to its end.
 *
 * A guard that is done when the headers are there protects the wrong part of a model call or a download:
 * a server that sends `200` and then nothing is neither timed out nor repeated, and its place in the
 * bulkhead is given to the next while it still works. So here an attempt is over with its *first byte*:
 *
 * - Until then all is as ever: what fails, or does not come within the attempt timeout, is judged and may be
 *   repeated. A failing status is judged at once, its body is not waited for.
 * - After it nothing is repeated: the caller has a part of the answer. An error, `idle` ms of silence while
 *   somebody reads, the call's deadline or the caller's abort end the stream, with a reason that whoever
 *   reads gets; what was cut short never looks complete.
 * - The bulkhead's slot is held until the stream ends, breaks, is cancelled or given up; then handed on, once.
 * - The call is over with the first byte (`inFlight` of the metrics, latency, budget, `stop: ok`). What breaks
 *   later is one more word about the dependency for breaker and governor, and one more record (`cause: end`).
 *
 * @module
 */
export interface StreamSettings {
  /** Longest silence between two chunks while somebody reads, ms. */
  readonly idle: number
  /** `openStream`, handed in so that bundles of `retry()` do without it. */
  readonly open: (value: unknown, call: never, lane: never, idle: number) => Promise<unknown>
}
