/**
 * Hub: one abort listener for all calls that share a signal.
 *
 * A listener a call costs 3 µs, warns from the eleventh on ("possible memory leak"), and with
 * `AbortSignal.any` leaks on Node 20. So the first call on a signal adds one listener, the calls
 * register here, and the listener goes with the last of them.
 *
 * @module
 */

/** What is given up with the attempt or call above it. */
export interface Abortable {
  /** The caller left, for this reason. */
  abort(reason: unknown): void
}

export class Hub {
  readonly #members = new Set<Abortable>()
  readonly #onEmpty: (() => void) | undefined

  constructor(onEmpty?: () => void) {
    this.#onEmpty = onEmpty
  }

  add(member: Abortable): void {
    this.#members.add(member)
  }

  remove(member: Abortable): void {
    if (this.#members.delete(member) && this.#members.size === 0) this.#onEmpty?.()
  }

  /** Tells all who are here now, but for those that leave meanwhile; each leaves by itself. */
  abort(reason: unknown): void {
    for (const member of Array.from(this.#members)) if (this.#members.has(member)) member.abort(reason)
  }
}

const hubs = new WeakMap<AbortSignal, Hub>()

/** The hub of a signal that has not aborted yet. */
export function hubOf(signal: AbortSignal): Hub {
  const known = hubs.get(signal)
  if (known) return known
  const onAbort = (): void => hub.abort(signal.reason)
  const hub = new Hub(() => {
    signal.removeEventListener('abort', onAbort)
    hubs.delete(signal)
  })
  signal.addEventListener('abort', onAbort, { once: true })
  hubs.set(signal, hub)
  return hub
}

/** Who joined the signal's hub leaves it; nothing happens where it never did. */
export function leaveHub(signal: AbortSignal, member: Abortable): void {
  hubs.get(signal)?.remove(member)
}
