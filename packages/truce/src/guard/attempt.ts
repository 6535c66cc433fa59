/**
 * Attempt: what a guarded function is given.
 *
 * Everything dear is made only when read: an AbortController with its signal costs 70 times a bare
 * call, and most functions of most services never look at it.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import { type Abortable, Hub } from '../context/hub.js'
import type { Owner } from '../context/owner.js'
import { travellingTime } from '../policy/deadline.js'

const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** What only few attempts need, in one field. */
interface Extras {
  controller: AbortController | undefined
  hub: Hub | undefined
  aborted: boolean
  reason: unknown
}

/**
 * One try. Destructure what you need; hand the whole on as `{ context: attempt }` to guards inside.
 *
 * @example
 * await reserve.run(({ signal, headers }) => fetch(url, { method: 'POST', signal, headers, body }), { key })
 */
export abstract class Attempt implements CallContext {
  /** 1 is the original, later ones are retries or hedges. */
  abstract readonly attempt: number
  /** When it will be given up, ms on the guard's clock; `Infinity` where nothing limits it. */
  abstract readonly endsAt: number
  /** The layer that declared itself owner of retries below. */
  abstract readonly owner: Owner | undefined
  /** `CALL#ATTEMPT`. */
  abstract readonly id: string
  /** The call's idempotency key, the same in every attempt: for APIs that want it in the body. */
  abstract readonly key: string | undefined
  /**
   * Headers for the dependency: the key of the call, as `idempotency-key` or as the API's profile says, and
   * `retry-context` where the dependency was declared a peer.
   */
  abstract readonly headers: Record<string, string>
  /** The guard's clock. */
  abstract now(): number
  declare protected extras: Extras | undefined

  constructor() {
    this.extras = undefined
  }

  /** Aborts when the attempt is given up: its timeout, the call's deadline, the caller's own abort. */
  get signal(): AbortSignal {
    const extras = this.more()
    if (!extras.controller) {
      extras.controller = new AbortController()
      if (extras.aborted) extras.controller.abort(extras.reason)
    }
    return extras.controller.signal
  }

  /** Time left for this attempt, less a margin for the way home, ms: what a dependency may be told. */
  get remaining(): number {
    return travellingTime(Math.max(0, this.endsAt - this.now()))
  }

  /** The guard gives it up. */
  abort(reason: unknown): void {
    const extras = this.more()
    extras.aborted = true
    extras.reason = reason
    extras.controller?.abort(reason)
    extras.hub?.abort(reason)
  }

  /** A call below leaves when this attempt is given up; at once, and with `false`, where it was already. */
  join(member: Abortable): boolean {
    const extras = this.more()
    if (extras.aborted) member.abort(extras.reason)
    else (extras.hub ??= new Hub()).add(member)
    return !extras.aborted
  }

  /** The call below has ended. */
  leave(member: Abortable): void {
    this.extras?.hub?.remove(member)
  }

  /** What a log is to say of it; its call and all that hangs on that stay out. */
  toJSON(): { id: string; attempt: number } {
    return { id: this.id, attempt: this.attempt }
  }

  /** The same for `console.log`. */
  [INSPECT](): unknown {
    return this.toJSON()
  }

  private more(): Extras {
    return (this.extras ??= { controller: undefined, hub: undefined, aborted: false, reason: undefined })
  }
}

/**
 * Makes a class one of attempts with no constructor above its own: to call one costs a call that succeeds up to a fifth of
 * its time. The compiler no longer looks whether the class has all that is abstract here.
 *
 * @param type sets `extras` itself
 */
export function inheritAttempt(type: { readonly prototype: Attempt }): void {
  Object.setPrototypeOf(type.prototype, Attempt.prototype)
}
