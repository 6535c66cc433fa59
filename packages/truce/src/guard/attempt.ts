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
import { travellingTime } from '../policy/deadline.js'

/** What an attempt asks of its call. */
export interface AttemptHome {
  readonly id: string
  readonly key: string | undefined
  now(): number
}

/**
 * One try. Destructure what you need; hand the whole on as `{ context: attempt }` to guards inside.
 *
 * @example
 * await reserve.run(({ signal, headers }) => fetch(url, { method: 'POST', signal, headers, body }), { key })
 */
export class Attempt implements CallContext {
  /** 1 is the original, later ones are retries. */
  readonly attempt: number
  /** When it will be given up, ms on the guard's clock; `Infinity` where nothing limits it. */
  readonly endsAt: number
  /** The layer that declared itself owner of retries below. */
  readonly owner: string | undefined
  readonly #home: AttemptHome
  #controller: AbortController | undefined
  #hub: Hub | undefined
  #aborted = false
  #reason: unknown

  constructor(home: AttemptHome, attempt: number, endsAt: number, owner: string | undefined) {
    this.#home = home
    this.attempt = attempt
    this.endsAt = endsAt
    this.owner = owner
  }

  /** `CALL#ATTEMPT`. */
  get id(): string {
    return `${this.#home.id}#${this.attempt}`
  }

  /** Aborts when the attempt is given up: its timeout, the call's deadline, the caller's own abort. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** Headers for the dependency: `idempotency-key` where the caller gave a key. */
  get headers(): Record<string, string> {
    return this.#home.key === undefined ? {} : { 'idempotency-key': this.#home.key }
  }

  /** Time left for this attempt, less a margin for the way home, ms: what a dependency may be told. */
  get remaining(): number {
    return travellingTime(Math.max(0, this.endsAt - this.#home.now()))
  }

  /** The guard gives it up. */
  abort(reason: unknown): void {
    this.#aborted = true
    this.#reason = reason
    this.#controller?.abort(reason)
    this.#hub?.abort(reason)
  }

  /** A call below leaves when this attempt is given up; at once, and with `false`, where it was already. */
  join(member: Abortable): boolean {
    if (this.#aborted) member.abort(this.#reason)
    else (this.#hub ??= new Hub()).add(member)
    return !this.#aborted
  }

  /** The call below has ended. */
  leave(member: Abortable): void {
    this.#hub?.remove(member)
  }
}
