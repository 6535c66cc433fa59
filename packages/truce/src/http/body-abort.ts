/**
 * Body abort: the caller's signal goes on to abort the body after the answer has been handed up.
 *
 * `fetch` resolves with the headers; a drop-in replacement must still cut the download when its
 * caller aborts. The link lives as long as the body does, without a listener a request.
 *
 * @module
 */
import { type Abortable, type Hub, hubOf } from '../context/hub.js'

/** What lives as long as a body does. */
const kept = new WeakMap<ReadableStream, readonly unknown[]>()
const unlink = new FinalizationRegistry<{ hub: Hub; link: Abortable }>(({ hub, link }) => hub.remove(link))

/**
 * Aborts `attempt` (whose signal the body obeys) when `signal` aborts, while the body is in use.
 *
 * @param source where the signal comes from: a Request's own signal hears its caller's no longer than
 *   the Request itself is held
 */
export function abortBodyWith(signal: AbortSignal, body: ReadableStream, attempt: Abortable, source?: unknown): void {
  if (signal.aborted) return attempt.abort(signal.reason)
  const hub = hubOf(signal)
  const target = new WeakRef(attempt)
  const link: Abortable = { abort: (reason) => target.deref()?.abort(reason) }
  // The body keeps its attempt, the hub does not: a body that was dropped takes the link along.
  kept.set(body, [attempt, signal, source])
  hub.add(link)
  unlink.register(body, { hub, link })
}
