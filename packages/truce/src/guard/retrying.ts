/**
 * Retrying: a call of `retry()` from its first failure on, or from its start where its caller may leave.
 *
 * It decides nothing, as the guard's own `TroubledCall`: `policy/retry` says what is repeated and when. What it
 * has to know is less: nothing cuts an attempt, nothing but the budget refuses a retry, and nobody waits in line.
 * On every path out what was paid for a retry that is not made is given back exactly once.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import { markMoment } from '../context/exhausted.js'
import { type Abortable, hubOf, leaveHub } from '../context/hub.js'
import { type Failure, leavesDoubt } from '../policy/classify.js'
import { effectiveDeadline } from '../policy/deadline.js'
import { decide } from '../policy/retry.js'
import type { StopReason } from '../policy/stop.js'
import type { Attempt } from './attempt.js'
import { factsOf } from './call-facts.js'
import type { CallSettings } from './call-settings.js'
import type { CallState } from './call-state.js'
import type { Alarm } from './clock.js'
import { countAttempt, ended } from './ending.js'
import { DeadlineError } from './errors.js'
import { type Guarded, invoke } from './invoke.js'
import { ABORTED, judgeAttempt } from './judge.js'
import { keep, kept, letGo } from './kept.js'
import type { LaneFacts } from './lane.js'
import { reportAttempt, reportRefusal } from './report.js'
import type { RetryCore } from './retry-core.js'
import { type AttemptHome, SeparateAttempt } from './separate-attempt.js'

/** The call as it began, which is its own original attempt. */
interface Original extends Attempt, AttemptHome {
  readonly core: RetryCore
  readonly settings: CallSettings
  readonly fn: Guarded<unknown>
  readonly above: CallContext | undefined
  readonly moment: number
  readonly began: number
  readonly key: undefined
  now(): number
}

export class Retrying implements CallState, Abortable {
  readonly call: Original
  readonly core: RetryCore
  readonly settings: CallSettings
  readonly above: CallContext | undefined
  readonly moment: number
  /** A `retry()` inside a `retry()` is a layer below it, not a call beside it. */
  readonly kin: object
  /** What the caller gets. */
  readonly answer: Promise<unknown>
  readonly #resolve: (value: unknown) => void
  readonly #reject: (reason: unknown) => void
  readonly began: number
  readonly deadline: number
  attempt = 0
  aborted = false
  #reason: unknown
  waited = 0
  waitedInAll = 0
  endedAt = 0
  failure: Failure | undefined
  result: unknown
  threw = false
  inDoubt = false
  /** The attempt under way, and when the latest began. */
  #current: Attempt | undefined
  #startedAt: number
  #marked: number
  /** When the retry ahead was paid for; -1 where none is. */
  #paidAt = -1
  /** Of the backoff. */
  #alarm: Alarm | undefined
  #over = false

  constructor(call: Original) {
    const { core, above, began } = call
    this.call = call
    this.core = core
    this.settings = call.settings
    this.above = above
    this.moment = call.moment
    this.kin = call
    this.began = began
    this.deadline = effectiveDeadline(began, core.deadline, above?.endsAt ?? Number.POSITIVE_INFINITY)
    this.#startedAt = began
    this.#marked = call.moment
    this.answer = new Promise(keep)
    this.#resolve = kept.resolve
    this.#reject = kept.reject
    letGo()
  }

  get callId(): string {
    return this.call.callId
  }

  /** The latest attempt; none before the original. */
  get lane(): LaneFacts | undefined {
    const { attempt: number, waited } = this
    if (number === 0) return undefined
    const cause = number === 1 ? 'original' : 'retry'
    return { number, cause, startedAt: this.#startedAt, given: Infinity, probe: false, waited, queuedFor: 0 }
  }

  /** Its caller may leave: from now on it hears of that. @returns whether the original is to be sent */
  arrives(): boolean {
    const { above, began, settings } = this
    const { signal } = settings
    if (signal?.aborted) this.abort(signal.reason)
    else if (signal !== undefined) hubOf(signal).add(this)
    if (!this.#over) above?.join(this)
    if (!this.#over && began >= this.deadline) this.#finish('deadline', began, undefined, false)
    if (this.#over) return false
    this.attempt = 1
    this.#current = this.call
    return true
  }

  /** The original failed. @returns the answer */
  failed(result: unknown, threw: boolean, failure: Failure): Promise<unknown> {
    this.attempt = 1
    this.#settled(result, threw, failure, this.core.clock.now())
    return this.answer
  }

  // A result always arrives later, even a synchronous one: a queue of calls that throw at once would otherwise
  // unwind on one stack.
  /** Waits for the end of an attempt; of one that was given up nobody hears how it ends. */
  follow(current: Attempt, result: Promise<unknown>): void {
    void result.then(
      (value) => this.#current === current && this.#ended(current, value, false),
      (error: unknown) => this.#current === current && this.#ended(current, error, true),
    )
  }

  #ended(current: Attempt, result: unknown, threw: boolean): void {
    const now = this.core.clock.now()
    this.#current = undefined
    this.#settled(result, threw, judgeAttempt(this.core, this.kin, current, this.#marked, result, threw), now)
  }

  /** @param failure `undefined`: it succeeded */
  #settled(result: unknown, threw: boolean, failure: Failure | undefined, now: number): void {
    const { core, attempt } = this
    this.result = result
    this.threw = threw
    this.failure = failure
    this.endedAt = now
    if (failure !== undefined && leavesDoubt(failure)) this.inDoubt = true
    countAttempt(this, { number: attempt }, now - this.#startedAt)
    if (failure !== undefined) return this.#decide(failure, now)
    if (attempt === 1) core.budget.deposit()
    else core.budget.refund(now)
    this.#finish('ok', now, undefined)
  }

  #decide(failure: Failure, now: number): void {
    const { core } = this
    const decision = decide(core.rules, factsOf(this), failure, core.budget, now, core.random)
    if (decision.act === 'stop') return this.#finish(decision.stop, now, decision.retryAt)
    this.#paidAt = now
    reportAttempt(this, now)
    if (this.aborted) return this.#finish('aborted', now, undefined, false)
    this.waited = decision.wait
    if (decision.wait > 0) this.#wait(Math.ceil(now + decision.wait), now)
    else this.#start(now)
  }

  /** A pending retry must not be lost because nothing else keeps the process alive: an alarm does. */
  #wait(until: number, now: number): void {
    this.#alarm = this.core.clock.alarm(until - now, () => {
      this.#alarm = undefined
      const then = this.core.clock.now()
      // Timers ring up to 1 ms early, and none waits longer than 24 days.
      if (then < until) return this.#wait(until, then)
      this.waitedInAll += then - this.endedAt
      this.#start(then)
    })
  }

  #start(now: number): void {
    if (now >= this.deadline) return this.#finish('deadline', now, undefined, false)
    const { call, core, above } = this
    this.attempt++
    this.#paidAt = -1
    this.#startedAt = now
    this.#marked = markMoment()
    core.counters.attempts++
    core.counters.retryAttempts++
    const current = new SeparateAttempt(call, this.attempt, call.endsAt, above?.owner)
    this.#current = current
    this.follow(current, invoke(call.fn, current))
  }

  /** The caller left, or the attempt above was given up. */
  abort(reason: unknown): void {
    if (this.#over || this.aborted) return
    const now = this.core.clock.now()
    this.aborted = true
    this.#reason = reason
    if (this.#current !== undefined) {
      this.failure = ABORTED
      this.inDoubt = true
      this.#finish('aborted', now, undefined)
    } else if (this.#alarm !== undefined) {
      this.waitedInAll += now - this.endedAt
      this.#finish('aborted', now, undefined, false)
    } else if (this.attempt === 0) this.#finish('aborted', now, undefined, false)
    // Else it is being judged or decided about, and ends there.
  }

  #finish(stop: StopReason, now: number, retryAt: number | undefined, inAttempt = true): void {
    if (this.#over) return
    const { core } = this
    this.#over = true
    this.#alarm?.cancel()
    if (this.#paidAt >= 0) core.budget.takeBack(this.#paidAt, now)
    const current = this.#current
    this.#current = undefined
    if (stop === 'aborted' && this.aborted) {
      current?.abort(this.#reason)
      this.result = this.#reason
      this.threw = true
    }
    const ending = { stop, now, retryAt, inAttempt }
    const result = ended(this, ending, outOfTime)
    this.#leaves()
    if (inAttempt) reportAttempt(this, now, stop)
    else reportRefusal(this, now, stop)
    if (stop === 'ok' || (!this.threw && result === this.result)) this.#resolve(result)
    else this.#reject(result)
  }

  /** The call is over: nobody needs to tell it anything. */
  #leaves(): void {
    this.core.counters.inFlight--
    const { signal } = this.settings
    if (signal !== undefined) leaveHub(signal, this)
    this.above?.leave(this)
  }
}

/** Nothing was sent, so there is no error of the dependency's own. */
function outOfTime({ core: { dependency, operation } }: CallState): Error {
  return new DeadlineError({ dependency, operation, stop: 'deadline' })
}
