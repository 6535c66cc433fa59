/**
 * Request context: what is known of the request that a handler works for. Guards inside take it as `context`.
 *
 * Without it a service works on for callers that have left, and its own calls start with a full deadline,
 * a first attempt and nobody above them: three services of three attempts make 27. A signal and a timer are
 * made only when read; most handlers hand the context to a guard and look at neither.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import { type Abortable, Hub } from '../context/hub.js'
import type { Owner } from '../context/owner.js'
import { callId } from '../guard/call-id.js'
import type { Clock } from '../guard/clock.js'
import { DeadlineError, OptionError } from '../guard/errors.js'
import type { Timer } from '../guard/timer.js'
import { wheelOf } from '../guard/wheel.js'
import { travellingTime } from '../policy/deadline.js'
import type { PeerContext } from '../context/peer-port.js'
import type { Incoming } from './incoming.js'

/** What of its operation a context needs. */
export interface ContextHome {
  readonly service: string
  readonly operation: string
  /** Of what its callers do not say otherwise. */
  readonly urgency?: 'interactive' | 'background'
  readonly clock: Clock
}

/** What a run under an idempotency key gives its handler; see `truce/idempotency`. */
export interface KeyedWork {
  readonly signal: AbortSignal
  readonly fence: number
  readonly takeover: boolean
  readonly derive: (step: string) => string
}

/** What is known of one request. Hand it to guards: `reserve.run(fn, { context })`. */
export class RequestContext implements CallContext {
  /** The request, as the adapter shows it. */
  readonly incoming: Incoming
  /** The service that calls, where it is known. */
  readonly caller: string | undefined
  /** 1 for the first, as far as a caller that is known said so. */
  readonly attempt: number
  /** Does somebody wait for the answer? */
  readonly urgency: 'interactive' | 'background'
  /** The layer that declared that it owns the retries. */
  readonly owner: Owner | undefined
  /** Version of this service's contract that the caller was checked against. */
  readonly contract: number | undefined
  /** When the caller gives up or the operation has promised to stop, ms on the service's clock; `Infinity`: never. */
  endsAt: number
  /** When it came, on the same clock. */
  readonly began: number
  /** Idempotency key, bare; `undefined` where none came or the operation takes none. */
  key: string | undefined
  /** ms since the key was first used, where that is known. */
  keyAge: number | undefined
  /** In a handler that runs under a key: fence, signal, and in its mode `transaction` or `step`. */
  work: KeyedWork | undefined
  /** Did retries of a call below end in this request? */
  exhausted = false
  /** Called once when that begins to be so; set by adapters that have to touch the answer for it. */
  whenSpent: (() => void) | undefined
  /** Called once when anybody wants to hear that the caller has left; set by adapters for which to listen is dear. */
  whenWatched: (() => void) | undefined
  /** When its caller had left, on the service's clock. */
  leftAt: number | undefined
  readonly #home: ContextHome
  readonly #call: string | undefined
  #ownCall: string | undefined
  #more: More | undefined

  /** @param told by a caller that is believed @param endsAt ms on the home's clock */
  constructor(
    home: ContextHome,
    incoming: Incoming,
    told: Partial<PeerContext> | undefined,
    began: number,
    endsAt: number,
  ) {
    this.#home = home
    this.incoming = incoming
    this.began = began
    this.endsAt = endsAt
    this.#call = told?.call
    this.caller = told?.caller
    this.attempt = told?.attempt ?? 1
    this.urgency = told?.urgency ?? home.urgency ?? 'interactive'
    this.contract = told?.contract
    this.keyAge = told?.keyAge
    this.owner =
      told?.owner !== undefined && told.businessOwner !== undefined
        ? { transient: told.owner, business: told.businessOwner }
        : told?.owner
  }

  /** Id of the caller's call; one of its own where the caller said none. */
  get call(): string {
    return this.#call ?? (this.#ownCall ??= callId())
  }

  /** `CALL#ATTEMPT`. */
  get id(): string {
    return `${this.call}#${this.attempt}`
  }

  /** ms left for the work, less a margin for the way home. */
  get remaining(): number {
    return travellingTime(Math.max(0, this.endsAt - this.#home.clock.now()))
  }

  /**
   * Aborts when the caller has left or its time is up: stop working. In a handler under a key, when the key is lost.
   * Its reason is a `CallerLeftError`, a `DeadlineError` or a `LeaseLostError`.
   */
  get signal(): AbortSignal {
    if (this.work) return this.work.signal
    const more = this.#extras()
    if (!more.controller) {
      more.controller = new AbortController()
      if (more.aborted) more.controller.abort(more.reason)
      else this.#arm(more)
    }
    return more.controller.signal
  }

  /**
   * The key of a call that serves this request: the same whenever this request is repeated, another for each step.
   *
   * @param step the same in every repeat
   * @throws OptionError where no key came in
   */
  derive(step: string): string {
    if (this.work) return this.work.derive(step)
    throw new OptionError(
      'derive',
      step,
      'nothing: the request came without an idempotency key, so there is none to derive from',
    )
  }

  join(member: Abortable): boolean {
    const more = this.#extras()
    if (more.aborted) member.abort(more.reason)
    else (more.hub ??= new Hub()).add(member)
    return !more.aborted
  }

  leave(member: Abortable): void {
    this.#more?.hub?.remove(member)
  }

  /** Whoever works for it wants to hear when the caller leaves. */
  watch(): void {
    this.#extras()
  }

  /** A call below has ended whose retries were spent. */
  spent(): void {
    if (this.exhausted) return
    this.exhausted = true
    this.whenSpent?.()
  }

  /** Nobody waits any more. @param reason handed to the signal and to all calls below */
  abort(reason: unknown): void {
    const more = this.#extras()
    if (more.aborted) return
    more.aborted = true
    more.reason = reason
    more.controller?.abort(reason)
    more.hub?.abort(reason)
  }

  /** The answer is given: no timer outlives it. */
  ended(): void {
    const timer = this.#more?.timer
    if (timer) wheelOf(this.#home.clock).remove(timer)
  }

  #extras(): More {
    if (this.#more) return this.#more
    const more = { controller: undefined, hub: undefined, timer: undefined, aborted: false, reason: undefined }
    this.#more = more
    this.whenWatched?.()
    return more
  }

  #arm(more: More): void {
    const { service, operation, clock } = this.#home
    const now = clock.now()
    const left = this.endsAt - now
    const refusal = { dependency: service, operation, stop: 'deadline' } as const
    if (left <= 0) return this.abort(new DeadlineError(refusal))
    if (left === Number.POSITIVE_INFINITY) return
    more.timer = new DeadlineTimer(() => this.abort(new DeadlineError(refusal)))
    wheelOf(clock).add(more.timer, now, left, false)
  }
}

/** What only few requests need, in one field. */
interface More {
  controller: AbortController | undefined
  hub: Hub | undefined
  timer: DeadlineTimer | undefined
  aborted: boolean
  reason: unknown
}

class DeadlineTimer implements Timer {
  due = -1
  earlier: Timer | undefined = undefined
  later: Timer | undefined = undefined
  keepsAlive = false
  constructor(readonly ring: () => void) {}
}
