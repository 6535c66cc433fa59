/**
 * Call: one business request, while all goes well.
 *
 * Nearly every call is one attempt that succeeds. For it this object is all there is: what the caller
 * waits for is the function's own promise, looked at once. Whatever else happens (a refusal, a queue, a
 * failure, a timeout, an abort) makes a `TroubledCall` of it, which knows how to go on.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import { markMoment } from '../context/exhausted.js'
import { type Abortable, hubOf, leaveHub } from '../context/hub.js'
import { inherited } from '../context/inherit.js'
import type { Owner } from '../context/owner.js'
import type { Permit } from '../policy/breaker.js'
import type { Failure } from '../policy/classify.js'
import { effectiveDeadline } from '../policy/deadline.js'
import { durations } from '../telemetry/counters.js'
import { attempts } from '../telemetry/events.js'
import { type Attempt, inheritAttempt } from './attempt.js'
import { callId } from './call-id.js'
import { type CallSettings, PLAIN } from './call-settings.js'
import type { Core } from './core.js'
import type { Outcome } from './outcome.js'
import { handOn } from './hand-on.js'
import { headersOf } from './headers.js'
import { type Guarded, promised } from './invoke.js'
import { judgeAttempt, plainlyGood } from './judge.js'
import { keep, kept, letGo } from './kept.js'
import { Lane, type LaneHome } from './lane.js'
import { reportSuccess } from './report.js'
import { TroubledCall } from './troubled-call.js'
import type { Dated } from './timer-queue.js'

const NEVER = Number.POSITIVE_INFINITY

/** Why the wait for the function ended: not by the function. */
const GIVEN_UP = Symbol('given up')

/** Of an attempt that is over: its time does not run out. */
const NOBODY: LaneHome = { laneRang() {} }

/** Does anybody ask how long calls take, or listen to them? */
const watched = (): boolean => attempts.active || durations.wanted

/** The call among those whose caller may leave: as an attempt, it is given up by itself. */
class Caller implements Abortable {
  readonly #call: Call
  /** Left while the original's end was judged. */
  late: { readonly reason: unknown } | undefined

  constructor(call: Call) {
    this.#call = call
  }

  abort(reason: unknown): void {
    this.#call.callerLeft(reason)
  }
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- every field is set in the constructor: `inheritAttempt`
export interface Call extends Attempt {}

export class Call implements Dated {
  // Declared here and set in the constructor: what is initialised field by field, and what is private at run time
  // too, costs a call that succeeds a tenth of its time.
  declare earlier: Dated | undefined
  declare later: Dated | undefined
  declare readonly core: Core
  declare readonly settings: CallSettings
  declare readonly fn: Guarded<unknown>
  declare readonly above: CallContext | undefined
  declare readonly moment: number
  /** ms on the guard's clock; NaN where nothing here keeps time. */
  declare began: number
  declare private permit: Permit
  declare private over: boolean
  declare private ownId: string | undefined
  declare private caller: Caller | undefined
  /** Who goes on with it, where the original was not all. */
  declare private troubled: TroubledCall | undefined
  /** Ends the wait for a function that has not come back. */
  declare private giveUp: ((reason: unknown) => void) | undefined

  constructor(core: Core, fn: Guarded<unknown>, settings: CallSettings) {
    this.extras = undefined
    this.earlier = undefined
    this.later = undefined
    this.core = core
    this.settings = settings
    this.fn = fn
    this.above = settings.context ?? inherited()
    this.moment = markMoment()
    this.began = Number.NaN
    this.permit = 0
    this.over = false
    this.ownId = undefined
    this.caller = undefined
    this.troubled = undefined
    this.giveUp = undefined
  }

  get callId(): string {
    return (this.ownId ??= callId())
  }

  get attempt(): number {
    return 1
  }

  get id(): string {
    return `${this.callId}#1`
  }

  get owner(): Owner | undefined {
    return this.core.owner ?? this.above?.owner
  }

  get headers(): Record<string, string> {
    return headersOf(this, this)
  }

  get key(): string | undefined {
    return this.settings.key
  }

  now(): number {
    return this.core.clock.now()
  }

  /** ms on the guard's clock; computed where it is asked for: each number that a call keeps costs an allocation. */
  get deadline(): number {
    const own = Math.min(this.core.deadline, this.settings.deadline)
    // Where no time is kept, there is no limit.
    if (own === NEVER && this.above === undefined) return NEVER
    return effectiveDeadline(this.began, own, this.above?.endsAt ?? NEVER)
  }

  /** When the original ends. */
  get endsAt(): number {
    return this.core.timeouts === undefined ? (this.above?.endsAt ?? NEVER) : this.began + this.core.attemptTimeout
  }

  /** Does the deadline leave the original less than all of its time? Compared as sums: a difference is rounded. */
  private cut(): boolean {
    const { core } = this
    return this.deadline < this.began + core.attemptTimeout
  }

  headersOf(attempt: Attempt): Record<string, string> {
    return headersOf(this, attempt)
  }

  /**
   * Takes what the original needs: its function is to be called next, and `sent` told what it returned.
   *
   * @returns what the function is given: itself; `undefined`: it is not called now, and `instead` is the answer
   */
  ready(): Attempt | undefined {
    const { core } = this
    core.counters.calls++
    core.counters.inFlight++
    const alone = this.settings === PLAIN && this.above === undefined
    const permit = alone && core.timeless && !watched() ? core.policy.timelessPermit() : 0
    if (permit === 0) return this.readyNow(alone)
    this.permit = permit
    core.counters.attempts++
    return this
  }

  /** The same, where the clock has to be asked. */
  private readyNow(alone: boolean): Attempt | undefined {
    const { core } = this
    const now = core.clock.now()
    this.began = now
    if (!core.simple) return this.begins(now)
    if (!alone) {
      if (this.cut()) return this.begins(now)
      if (!this.joins()) return undefined
      if (now >= this.deadline) return this.waits(now)
    }
    const permit = this.admit(now)
    if (permit === 0) return this.waits(now)
    this.permit = permit
    core.counters.attempts++
    if (core.timeouts !== undefined) core.timeouts.add(this)
    return this
  }

  /** The answer of a call that was not sent at once. */
  get instead(): Promise<unknown> {
    return (this.troubled as TroubledCall).answer as Promise<unknown>
  }

  /** The original's function was called, and returned this. @returns the answer */
  sent(returned: unknown): Promise<unknown> {
    const result = promised(returned)
    const alone = this.settings === PLAIN && this.above === undefined && this.core.timeouts === undefined
    return alone ? this.answer(result) : this.answerUnless(result)
  }

  /** The same in full; never rejects. */
  outcome(): Promise<Outcome<unknown>> {
    this.core.counters.calls++
    this.core.counters.inFlight++
    const now = this.core.clock.now()
    this.began = now
    const answer = new Promise(keep)
    const troubled = this.trouble(answer, kept.resolve, undefined, now)
    if (this.joins()) troubled.admit(now)
    return answer as Promise<Outcome<unknown>>
  }

  /** Hears from now on of its caller's abort. @returns `false` where that has happened already */
  joins(): boolean {
    const { above, settings } = this
    const { signal } = settings
    if (signal === undefined && above === undefined) return true
    const caller = (this.caller ??= new Caller(this))
    if (signal?.aborted) caller.abort(signal.reason)
    else if (signal !== undefined) hubOf(signal).add(caller)
    return !signal?.aborted && (above === undefined || above.join(caller))
  }

  /** The call is over: nobody needs to tell it anything. */
  left(): void {
    this.core.counters.inFlight--
    const caller = this.caller
    if (caller === undefined) return
    const { signal } = this.settings
    if (signal !== undefined) leaveHub(signal, caller)
    if (this.above !== undefined) this.above.leave(caller)
  }

  /** The caller aborted, or the attempt above was given up. */
  callerLeft(reason: unknown): void {
    if (this.troubled) this.troubled.abort(reason)
    else if (this.over) (this.caller as Caller).late = { reason }
    else {
      this.goOn(this.core.clock.now()).abort(reason)
      this.giveUp?.(GIVEN_UP)
    }
  }

  /** The original's time is up. */
  ring(): void {
    this.giveUp?.(GIVEN_UP)
  }

  /** Takes what the original needs. @returns 0 where it is not plain that it may start at once */
  private admit(now: number): Permit {
    const { core } = this
    const permit = core.policy.plainPermit(now)
    if (permit === 0) return 0
    if (core.bulkhead !== null && !core.bulkhead.tryEnter()) return 0
    core.policy.originalSent(now)
    return permit
  }

  // A result always arrives later, even a synchronous one: a queue of calls that throw at once
  // would otherwise unwind on one stack.
  private answer(result: Promise<unknown>): Promise<unknown> {
    // Bound, not closures: a third of the memory.
    return result.then(this.answered.bind(this), this.failed.bind(this))
  }

  /**
   * The same, where somebody may end the wait for the function. Timers and aborts come from elsewhere: what
   * follows them happens in a reaction to this promise, and so with the caller's tenant and trace, where
   * AsyncLocalStorage holds such.
   */
  private answerUnless(result: Promise<unknown>): Promise<unknown> {
    if (this.troubled !== undefined) {
      // Its caller left while it was called: nobody hears how it ends.
      result.catch(() => {})
      return this.instead
    }
    return this.answer(
      new Promise((resolve, reject) => {
        this.giveUp = reject
        result.then(resolve, reject)
      }),
    )
  }

  /** @returns the answer, or a promise of it */
  private answered(value: unknown): unknown {
    if (this.troubled !== undefined) return this.instead
    const { core } = this
    const good = plainlyGood(core, value)
    if (good && core.countsOnly && this.countedOnly()) return value
    this.over = true
    const failure = good ? undefined : this.judged(value, false)
    if (failure !== undefined) return this.fails(value, false, failure)
    this.succeeded(value)
    return value
  }

  /** It succeeded. Is all that comes of it one more in the counters? Then that is done. */
  private countedOnly(): boolean {
    const { core } = this
    if (this.began === this.began || attempts.active || !core.partition.calm) return false
    if (!core.policy.succeededPlainly(this.permit)) return false
    core.counters.firstAttemptSuccess++
    core.counters.inFlight--
    return true
  }

  private failed(error: unknown): unknown {
    if (this.troubled !== undefined) return this.instead
    if (error === GIVEN_UP) {
      const troubled = this.goOn(this.core.clock.now())
      troubled.laneRang(troubled.first)
      return this.instead
    }
    this.over = true
    const failure = this.judged(error, true)
    if (failure !== undefined) return this.fails(error, true, failure)
    this.succeeded(error)
    return error
  }

  private judged(result: unknown, threw: boolean): Failure | undefined {
    return judgeAttempt(this.core, this.core, this, this.moment, result, threw)
  }

  private succeeded(result: unknown): void {
    const { core } = this
    // What is no object has been asked this already, before anything else: there it saves a tenth. What had to be judged has not.
    if (core.countsOnly && this.countedOnly()) return
    const { policy, partition, counters } = core
    let now = this.began
    let ms = Number.NaN
    if (now === now) {
      now = core.clock.now()
      ms = now - this.began
    } else if (policy.timesOutcomes || !partition.calm || attempts.active) now = core.clock.now()
    if (core.timeouts !== undefined) core.timeouts.remove(this)
    const changed = policy.succeeded(this.permit, 1, 0, ms, core.attemptTimeout, now, core.random)
    if (ms > 0) core.succeededIn(ms)
    if (core.bulkhead !== null) handOn(core.bulkhead, now)
    if (changed || !partition.calm) partition.succeeded(now, changed)
    if (ms === ms) counters.firstSuccess(ms)
    else counters.firstAttemptSuccess++
    this.left()
    if (core.standIn) core.standIn.remember(result, this.settings.cacheKey, now)
    if (attempts.active) reportSuccess(this, this.original(NOBODY, now), now)
  }

  private begins(now: number): undefined {
    const troubled = this.goOn(now)
    if (this.joins()) troubled.admit(now)
  }

  private waits(now: number): undefined {
    this.goOn(now).admit(now)
  }

  private fails(result: unknown, threw: boolean, failure: Failure): Promise<unknown> {
    const now = this.core.clock.now()
    const troubled = this.goOn(now)
    troubled.laneEnded(troubled.first, result, threw, failure, now)
    return this.instead
  }

  /** From here on another goes on with it; what comes of it is the answer. */
  private goOn(now: number): TroubledCall {
    return this.trouble(new Promise(keep), kept.resolve, kept.reject, now)
  }

  /** @param reject none where the caller wants an outcome, whatever happens */
  private trouble(
    answer: Promise<unknown>,
    resolve: (value: unknown) => void,
    reject: ((reason: unknown) => void) | undefined,
    now: number,
  ): TroubledCall {
    this.over = true
    this.core.timeouts?.remove(this)
    letGo()
    const troubled = new TroubledCall(this, answer, resolve, reject)
    this.troubled = troubled
    if (this.permit !== 0) troubled.adopt(this.original(troubled, now), this.caller?.late)
    return troubled
  }

  /** The first attempt, for whoever goes on with it or tells of it. */
  private original(home: LaneHome, now: number): Lane {
    const { core, moment } = this
    const startedAt = this.began === this.began ? this.began : now
    const { attemptTimeout: given } = core
    const lane = new Lane(home, this, 'original', startedAt, given, given, this.permit, moment)
    lane.holdsSlot = core.bulkhead !== null
    return lane
  }
}

inheritAttempt(Call)
