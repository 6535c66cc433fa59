/**
 * Hold: what a stream holds after its call is over, and every way in which it ends.
 *
 * A slot that is given back twice lets one too many in, one that is not is lost for good: ten streams that
 * were dropped unread would close a bulkhead of ten for ever. So all ends meet in one place, and of what
 * the caller dropped the garbage collector tells, where there is one that does, else the deadline. For
 * that nothing that lives long (wheel, signal, attempt above) may reach the stream while nobody reads it.
 *
 * @module
 */
import type { CallContext } from '../../context/context.js'
import { type Abortable, type Hub, hubOf } from '../../context/hub.js'
import type { Failure } from '../../policy/classify.js'
import type { Attempt } from '../attempt.js'
import type { GuardedState } from '../call-state.js'
import type { Core } from '../core.js'
import { AttemptTimeoutError, DeadlineError } from '../errors.js'
import { handOn } from '../hand-on.js'
import { judge, TIMED_OUT } from '../judge.js'
import type { Lane } from '../lane.js'
import { reportBroken, type Streamed } from './report.js'
import type { Timer } from '../timer.js'

/** A stream that is watched. */
export interface Watch {
  /** What the caller gets in place of what the function gave; it, or what it gives, keeps the watch. */
  readonly handed: unknown
  /** Resolves with the first byte, or the end; rejects with what broke the stream before. */
  open(): Promise<void>
  /** The hold takes over: from here on silence counts. */
  opened(): void
  /** Ends the stream with this reason for whoever reads. */
  broken(reason: unknown): void
}

/** Older workers have none: there a stream is held until it ends or its deadline passes. */
const dropped =
  typeof FinalizationRegistry === 'function' ? new FinalizationRegistry<Hold>((hold) => hold.leave(DROPPED)) : undefined
const DROPPED = 'the stream was dropped unread'
/** The attempt reaches its call, and that what it handed up: it lives as long as the watch does. */
const attempts = new WeakMap<Watch, Attempt>()

export class Hold implements Timer, Abortable {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  readonly core: Core
  /** ms. */
  readonly idle: number
  #phase: 'opening' | 'open' | 'over' = 'opening'
  readonly #attempt: Weak<Attempt>
  #watch: Weak<Watch> | undefined
  /** While it opens or somebody reads; what is read would else be collected under a source that forgot it. */
  #read: Watch | undefined
  readonly #of: Streamed
  #openedAt = 0
  #holdsSlot = false
  #hub: Hub | undefined
  #above: Weak<CallContext> | undefined

  constructor(call: GuardedState, lane: Lane, idle: number) {
    const { core, callId, above, settings } = call
    this.core = core
    this.idle = idle
    this.#attempt = weak(lane.current)
    this.#of = { core, call: callId, parent: above?.id, key: settings.key, attempt: lane.number, permit: lane.permit }
  }

  /** Has it been handed up, and not ended? */
  get open(): boolean {
    return this.#phase === 'open'
  }

  /** The attempt's own: given up with it. */
  watches(watch: Watch): void {
    const attempt = this.#attempt.deref() as Attempt
    this.#watch = weak(watch)
    this.#read = watch
    attempts.set(watch, attempt)
    attempt.join(this)
  }

  /** With the first byte: what the lane holds is the stream's from here on. Nothing where it has ended already. */
  takeOver({ deadline, settings: { signal }, above }: GuardedState, lane: Lane, now: number): void {
    const watch = this.#read
    if (this.#phase === 'over' || !watch) return
    this.#phase = 'open'
    this.#openedAt = now
    this.#holdsSlot = lane.holdsSlot
    lane.holdsSlot = false
    this.core.wheel.add(this, now, Math.max(1, deadline - now), false)
    this.#read = undefined
    dropped?.register(watch, this, this)
    watch.opened()
    if (above) this.#above = weak(above)
    above?.join(this)
    if (signal?.aborted) this.abort(signal.reason)
    else if (signal && this.open) (this.#hub = hubOf(signal)).add(this)
  }

  /** Somebody begins to read, or nobody does any more. */
  reads(watch: Watch | undefined): void {
    if (this.open) this.#read = watch
  }

  /** The stream came to its end. */
  ended(): void {
    this.#end(this.core.clock.now())
  }

  /** The dependency broke it off. */
  broke(error: unknown): void {
    const { open, core } = this
    const now = core.clock.now()
    if (!this.#end(now) || !open) return
    const failure = judge(core.classifiers, error, true)
    if (failure) this.#learn(failure, now)
  }

  /** Nothing came for `idle` ms, and somebody waits for it. */
  silent(): void {
    const { core, idle } = this
    const { dependency, operation } = core
    const now = core.clock.now()
    const error = new AttemptTimeoutError(dependency, operation, idle, undefined, 'fell silent for')
    this.#giveUp(error, now, () => this.#learn(TIMED_OUT, now))
  }

  /** The deadline has passed. That says nothing of the dependency: it was sending. */
  ring(): void {
    const { dependency, operation, clock } = this.core
    const error = new DeadlineError({ dependency, operation, stop: 'deadline' })
    const now = clock.now()
    this.#giveUp(error, now, () => reportBroken(this.#of, TIMED_OUT, this.#openedAt, now))
  }

  /** The caller left, or the attempt is given up. */
  abort(reason: unknown): void {
    this.#giveUp(reason, this.core.clock.now(), () => {})
  }

  /** Whoever read it wants no more. */
  leave(why: string): void {
    const attempt = this.#attempt.deref()
    if (this.#end(this.core.clock.now())) attempt?.abort(new DOMException(why, 'AbortError'))
  }

  #giveUp(reason: unknown, now: number, note: () => void): void {
    const watch = this.#read ?? this.#watch?.deref()
    const attempt = this.#attempt.deref()
    if (!this.#end(now)) return
    // The reader first: some clients take an abort for a regular end.
    watch?.broken(reason)
    attempt?.abort(reason)
    note()
  }

  #learn(failure: Failure, now: number): void {
    const { core, idle } = this
    const changed = core.policy.failed(this.#of.permit, failure, idle, idle, now, core.random)
    core.partition.breakerMoved(now, changed)
    if (failure.class !== 'aborted') reportBroken(this.#of, failure, this.#openedAt, now)
  }

  /** @returns whether it is this end that counts */
  #end(now: number): boolean {
    if (this.#phase === 'over') return false
    this.#phase = 'over'
    const { core } = this
    this.#read = undefined
    core.wheel.remove(this)
    dropped?.unregister(this)
    this.#attempt.deref()?.leave(this)
    this.#above?.deref()?.leave(this)
    this.#hub?.remove(this)
    const held = this.#holdsSlot
    this.#holdsSlot = false
    if (held && core.bulkhead) handOn(core.bulkhead, now)
    return true
  }
}

interface Weak<T extends object> {
  deref(): T | undefined
}

function weak<T extends object>(target: T): Weak<T> {
  return dropped ? new WeakRef(target) : { deref: () => target }
}
