/**
 * Body abort: the caller's signal goes on to abort the body after the answer has been handed up.
 *
 * `fetch` resolves with the headers; a drop-in replacement must still cut the download when its
 * caller aborts. The link lives as long as the body does, without a listener a request.
 *
 * @module
 */
import { type Abortable, type Hub, hubOf } from '../context/hub.js'

const owners = new WeakMap<ReadableStream, Abortable>()
/** Workers with a compatibility date before May 2025 have none; a link lasts as long as its signal there. */
const unlink =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<{ hub: Hub; link: Abortable }>(({ hub, link }) => hub.remove(link))
    : undefined

/** Aborts `attempt` (whose signal the body obeys) when `signal` aborts, while the body is in use. */
export function abortBodyWith(signal: AbortSignal, body: ReadableStream, attempt: Abortable): void {
  if (signal.aborted) return attempt.abort(signal.reason)
  const hub = hubOf(signal)
  if (!unlink) return hub.add(attempt)
  const target = new WeakRef(attempt)
  const link: Abortable = { abort: (reason) => target.deref()?.abort(reason) }
  // The body keeps its attempt (and with it a Request whose signal would else go deaf), the hub does not: a
  // body that was dropped takes the link along.
  owners.set(body, attempt)
  hub.add(link)
  unlink.register(body, { hub, link })
}
