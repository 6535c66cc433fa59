/**
 * Call: drives the policy core around one function, from the wish to the answer.
 *
 * It decides nothing: `policy/` says what is refused, repeated and waited for; this file knows when
 * to ask, and that on every path out (answer, error, timeout, abort, deadline, in an attempt, in
 * backoff, in a queue) what was taken is given back exactly once.
 *
 * One object holds the call's place on the wheel, in the queue and at its signal: waiting allocates nothing.
 *
 * @module
 */
import { isExhausted, markMoment } from '../context/exhausted.js'
import type { CallContext } from '../context/context.js'
import { type Abortable, type Hub, hubOf } from '../context/hub.js'
import { inherited } from '../context/inherit.js'
import { surroundings } from '../context/surroundings.js'
import { type Failure, leavesDoubt } from '../policy/classify.js'
import type { Waiter } from '../policy/concurrency.js'
import { attemptTime, DEADLINE, effectiveDeadline } from '../policy/deadline.js'
import { endOf, type LineEnd } from '../policy/line.js'
import { decide, pastWindow } from '../policy/retry.js'
import { type StopReason, waitsForRoom } from '../policy/stop.js'
import { Attempt } from './attempt.js'
import { callId } from './call-id.js'
import { type CallState, kinOf } from './call-state.js'
import { ABORTED, type Core, EXHAUSTED, judge, type Queued, TIMED_OUT } from './core.js'
import { Debt } from './debt.js'
import { countAttempt, type Ending, ended, outcomeOf, timeoutOf } from './ending.js'
import { handOn } from './hand-on.js'
import { type Guarded, invoke } from './invoke.js'
import { Phase } from './phase.js'
import { reportAttempt, reportRefusal } from './report.js'
import type { CallSettings } from './run-options.js'
import { ASK_AGAIN, type Lined } from './waiting-room.js'
import type { Timer } from './wheel.js'

export class Call implements Timer, Queued, Lined, Abortable, CallState {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  ahead: Waiter | undefined
  behind: Waiter | undefined
  queued = false

  readonly core: Core
  readonly settings: CallSettings
  readonly above: CallContext | undefined
  readonly fn: Guarded<unknown>
  readonly #home = surroundings()
  readonly moment = markMoment()
  #resolve!: (value: unknown) => void
  #reject!: (reason: unknown) => void
  #wantsOutcome = false
  #phase: Phase = Phase.idle
  #hub: Hub | undefined
  #id: string | undefined

  attempt = 0
  began = 0
  deadline = Number.POSITIVE_INFINITY
  aborted = false
  #reason: unknown
  waited = 0
  waitedInAll = 0
  queuedFor = 0
  startedAt = 0
  endedAt = 0
  given = Number.POSITIVE_INFINITY
  permit = 0
  probe = false
  failure: Failure | undefined
  result: unknown
  threw = false
  inDoubt = false

  #wishedAt = 0
  #current: Attempt | undefined
  #marked = 0
  #holdsSlot = false
  #fromLine = false
  /** What the next or latest retry was paid with. */
  #debt: Debt | undefined

  constructor(core: Core, fn: Guarded<unknown>, settings: CallSettings) {
    this.core = core
    this.settings = settings
    this.fn = fn
    this.above = settings.context ?? inherited()
  }

  /** @param wantsOutcome resolve with an `Outcome`, whatever happens */
  run(wantsOutcome = false): Promise<unknown> {
    this.#wantsOutcome = wantsOutcome
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#begin()
    })
  }

  get id(): string {
    return (this.#id ??= callId())
  }

  get key(): string | undefined {
    return this.settings.key
  }

  get keyed(): boolean {
    return this.settings.key !== undefined
  }

  get keyedAt(): number {
    return this.began - this.settings.age
  }

  get replayable(): boolean {
    return this.settings.replayable
  }

  /** By default the lowest layer with a guard owns; an owner named here or above may be another. */
  get owns(): boolean {
    const owner = this.core.owner ?? this.above?.owner
    return owner === undefined || owner === this.core.layer
  }

  get least(): number {
    return this.core.eachItsOwn ? DEADLINE.least : this.core.latency.value(DEADLINE.least)
  }

  now(): number {
    return this.core.clock.now()
  }

  #begin(): void {
    const { core, settings, above } = this
    const now = core.clock.now()
    this.began = now
    core.counters.calls++
    core.counters.inFlight++
    this.deadline = effectiveDeadline(now, Math.min(core.deadline, settings.deadline), above?.endsAt ?? Infinity)
    if (settings.signal) {
      if (settings.signal.aborted) return this.abort(settings.signal.reason)
      this.#hub = hubOf(settings.signal)
      this.#hub.add(this)
    }
    if (above && !above.join(this)) return
    if (now >= this.deadline) return this.#stop('deadline', now)
    const refusal = core.policy.refusesOriginal(now, core.random)
    if (refusal) this.#noRoom(refusal, now, 0)
    else this.#enter(now, false)
  }

  #enter(now: number, away: boolean): void {
    const { bulkhead } = this.core
    if (bulkhead === null) return this.#start(now, away)
    const entry = bulkhead.enter(this)
    if (entry === 'entered') {
      this.#holdsSlot = true
      this.#start(now, away)
    } else if (entry === 'refused') this.#stop('concurrency', now)
    else {
      this.#phase = Phase.queued
      this.#wishedAt = now
      this.core.wheel.add(this, now, this.deadline - now, true)
    }
  }

  /** The bulkhead handed its slot on. */
  dequeued(now: number): void {
    this.core.wheel.remove(this)
    this.queuedFor = now - this.#wishedAt
    this.#holdsSlot = true
    if (this.#stays()) this.#start(now, true)
  }

  /** Calls that share a signal hear of its abort one by one: what one gives up must not start the next. */
  #stays(): boolean {
    const { signal } = this.settings
    this.#phase = Phase.idle
    if (signal?.aborted) this.abort(signal.reason)
    else this.above?.join(this)
    return !this.#over
  }

  get #over(): boolean {
    return this.#phase === Phase.done
  }

  /** @param away in another call's turn, or a timer's */
  #start(now: number, away: boolean): void {
    const { core } = this
    if (now >= this.deadline) return this.#stop('deadline', now)
    if (this.attempt > 0 && pastWindow(core.rules, this, now)) return this.#stop('window', now)
    const attempt = this.attempt + 1
    const given = attemptTime(now, core.attemptTimeout, core.deadlineCuts ? this.deadline : Infinity)
    const permit = core.policy.acquire(attempt, now, core.random, Math.min(given, core.lease))
    if (permit === 0) {
      core.breakerChanged(now)
      return this.#noRoom('breaker', now, ASK_AGAIN)
    }
    this.given = given
    this.#phase = Phase.running
    this.attempt = attempt
    this.permit = permit
    this.startedAt = now
    this.probe = core.policy.breaker !== null && core.policy.breaker.isProbe(permit)
    this.#debt?.made()
    this.#marked = markMoment()
    core.counters.attempts++
    if (attempt > 1) core.counters.retryAttempts++
    core.wheel.add(this, now, given, false)
    const endsAt = Math.min(now + given, core.deadlineCuts ? this.deadline : Infinity)
    const current = new Attempt(this, attempt, endsAt, core.owner ?? this.above?.owner)
    this.#current = current
    // A result always arrives later, even a synchronous one: a queue of calls that throw at once
    // would otherwise unwind on one stack.
    invoke(this.fn, current, away ? this.#home : undefined).then(
      (value) => this.#settled(attempt, value, false),
      (error: unknown) => this.#settled(attempt, error, true),
    )
    if (this.probe) core.breakerChanged(now)
  }

  #settled(attempt: number, result: unknown, threw: boolean): void {
    // Of an attempt that was given up: nobody waits for it any more.
    if (attempt !== this.attempt || this.#phase !== Phase.running) return
    this.core.wheel.remove(this)
    this.#phase = Phase.deciding
    this.#ended(result, threw, this.#judge(result, threw), this.core.clock.now())
  }

  #judge(result: unknown, threw: boolean): Failure | undefined {
    if (isExhausted(result, threw, this.#current, kinOf(this), this.#marked)) return EXHAUSTED
    return judge(this.core.classifiers, result, threw)
  }

  #ended(result: unknown, threw: boolean, failure: Failure | undefined, now: number): void {
    const { core } = this
    const { policy } = core
    const ms = now - this.startedAt
    this.result = result
    this.threw = threw
    this.failure = failure
    this.endedAt = now
    if (failure !== undefined && leavesDoubt(failure)) this.inDoubt = true
    countAttempt(this, ms)
    const changed =
      failure === undefined
        ? policy.succeeded(
            this.permit,
            this.attempt,
            this.#debt?.payment ?? 0,
            ms,
            core.attemptTimeout,
            now,
            core.random,
          )
        : policy.failed(this.permit, failure, this.given, core.attemptTimeout, now, core.random, ms)
    if (failure === undefined && ms > 0) core.latency.observe(ms)
    this.#leave(now, endOf(failure, ms, core.attemptTimeout))
    core.breakerMoved(now, changed)
    if (failure === undefined) this.#finish('ok', now, undefined)
    else this.#decide(failure, now)
  }

  #decide(failure: Failure, now: number): void {
    const { core } = this
    const decision = decide(this.settings.rules ?? core.rules, this, failure, core.policy, now, core.random)
    if (decision.act === 'stop') return this.#finish(decision.stop, now, decision.retryAt)
    this.#debt = decision.act === 'retry' ? new Debt(core.policy, decision.payment, now) : undefined
    reportAttempt(this, now)
    this.queuedFor = 0
    if (this.aborted) return this.#finish('aborted', now, undefined, false)
    if (decision.act === 'wait') return this.#line(now, decision.wait)
    this.waited = decision.wait
    this.#wishedAt = now
    if (decision.wait <= 0) return this.#resume(now)
    this.#phase = Phase.backoff
    // A pending retry must not be lost because nothing else keeps the process alive.
    core.wheel.add(this, now, decision.wait, true)
  }

  /** For want of room: a background call waits in line, any other ends. */
  #noRoom(reason: StopReason, now: number, wait: number): void {
    const background = (this.settings.rules ?? this.core.rules).background
    if (background && waitsForRoom(reason)) this.#line(now, wait)
    else this.#stop(reason, now)
  }

  #line(now: number, wait: number): void {
    const room = this.core.waitingRoom
    if (!room) return this.#stop('breaker', now)
    this.#debt?.giveBack(now)
    this.#leave(now, undefined)
    if (this.#over) return
    this.#phase = Phase.lined
    this.#wishedAt = now
    this.core.wheel.add(this, now, this.deadline - now, true)
    room.join(this, now, wait)
  }

  /** The waiting room lets it go, unpaid. */
  sentFromLine(now: number): void {
    this.core.wheel.remove(this)
    this.#fromLine = true
    if (!this.#stays()) return
    this.#debt = undefined
    this.waited = now - this.#wishedAt
    this.waitedInAll += this.waited
    this.#enter(now, true)
  }

  /** The wheel's word, by what this call was waiting for. */
  ring(): void {
    const now = this.core.clock.now()
    if (this.#phase === Phase.running) this.#timedOut(now)
    else if (this.#phase === Phase.backoff) this.#resume(now)
    else if (this.#phase === Phase.queued || this.#phase === Phase.lined) this.#stop('deadline', now)
  }

  #resume(now: number): void {
    this.waitedInAll += now - this.#wishedAt
    this.#phase = Phase.idle
    this.#enter(now, true)
  }

  #timedOut(now: number): void {
    const error = timeoutOf(this, now)
    this.#phase = Phase.deciding
    this.#current?.abort(error)
    this.#ended(error, true, TIMED_OUT, now)
  }

  /** The caller left, or the attempt above was given up. */
  abort(reason: unknown): void {
    if (this.#over || this.aborted) return
    const now = this.core.clock.now()
    const phase = this.#phase
    this.aborted = true
    this.#reason = reason
    if (phase === Phase.deciding) return
    if (phase === Phase.running) {
      this.core.policy.released(this.permit)
      this.failure = ABORTED
      this.inDoubt = true
      this.#current?.abort(reason)
    }
    this.#finish('aborted', now, undefined, phase === Phase.running)
  }

  /** Ends the call between attempts. */
  #stop(stop: StopReason, now: number): void {
    this.#finish(stop, now, stop === 'breaker' ? this.core.policy.retryAt(now) : undefined, false)
  }

  #finish(stop: StopReason, now: number, retryAt: number | undefined, inAttempt = true): void {
    if (this.#over) return
    this.#withdraw(now)
    if (stop === 'aborted' && this.aborted) {
      this.result = this.#reason
      this.threw = true
    }
    const ending: Ending = { stop, now, retryAt }
    if (inAttempt) reportAttempt(this, now, stop)
    else reportRefusal(this, now, stop)
    const result = ended(this, ending)
    if (this.#wantsOutcome) this.#resolve(outcomeOf(this, ending, result))
    else if (stop === 'ok' || (!this.threw && result === this.result)) this.#resolve(result)
    else this.#reject(result)
  }

  /** Gives back, exactly once, whatever the call still holds, wherever it stands. */
  #withdraw(now: number): void {
    const { core } = this
    if (this.#phase === Phase.queued) core.bulkhead?.cancel(this)
    else if (this.#phase === Phase.lined) core.waitingRoom?.leave(this)
    if (this.#phase === Phase.backoff || this.#phase === Phase.lined) this.waitedInAll += now - this.#wishedAt
    this.#phase = Phase.done
    core.wheel.remove(this)
    this.#debt?.giveBack(now)
    this.#leave(now, undefined)
    this.#hub?.remove(this)
    this.above?.leave(this)
    core.counters.inFlight--
  }

  /** Leaves the bulkhead, whose slot goes to the next in the queue, and tells the line how it went. */
  #leave(now: number, end: LineEnd | undefined): void {
    const { bulkhead, waitingRoom } = this.core
    const held = this.#holdsSlot
    this.#holdsSlot = false
    if (held && bulkhead) handOn(bulkhead, now)
    if (this.#fromLine) {
      this.#fromLine = false
      waitingRoom?.ended(now, end)
    } else if (end === 'well' || end === 'slowly') this.core.roomReturned(now)
  }
}
