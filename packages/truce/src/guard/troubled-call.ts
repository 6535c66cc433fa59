/**
 * Troubled call: a call whose original did not simply succeed, from there to its answer.
 *
 * It decides nothing: `policy/` says what is refused, repeated and waited for; this file knows when
 * to ask, and that on every path out (answer, error, timeout, abort, deadline, in an attempt, in
 * backoff, in a queue) what was taken is given back exactly once.
 *
 * One object holds the call's place on the wheel, in the queue and in line: waiting allocates nothing.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import { type OwnTurn, ownTurn } from '../context/own-turn.js'
import { runIn, type Surroundings, surroundings } from '../context/surroundings.js'
import { type Failure, isPermanent, leavesDoubt } from '../policy/classify.js'
import type { Waiter } from '../policy/concurrency.js'
import { attemptTime } from '../policy/deadline.js'
import { asTold } from '../policy/hedge.js'
import { endOf } from '../policy/line.js'
import { decide, pastWindow } from '../policy/retry.js'
import { standsIn, type StopReason, waitsForRoom } from '../policy/stop.js'
import { factsOf, rulesOf } from './call-facts.js'
import type { CallSettings } from './call-settings.js'
import type { GuardedState, Origin } from './call-state.js'
import type { Core } from './core.js'
import { Degrading } from './degrading.js'
import { type Ending, ended } from './ending.js'
import { OvertakenError } from './errors.js'
import type { StoodIn } from './fallback.js'
import type { Queued } from './hand-on.js'
import { takeHedge } from './hedging.js'
import { Holdings } from './holdings.js'
import { invoke } from './invoke.js'
import { ABORTED, TIMED_OUT } from './judge.js'
import type { Lane, LaneHome } from './lane.js'
import { Lanes } from './lanes.js'
import { deliver } from './outcome.js'
import { Phase } from './phase.js'
import { refusal, timeoutOf } from './refusal.js'
import { reportAttempt } from './report.js'
import { answerOf, functionOf } from './stream/answer.js'
import { adviceOf } from './unsafe.js'
import { ASK_AGAIN, type Lined } from './waiting-room.js'
import type { Timer } from './wheel.js'

export class TroubledCall implements Timer, Queued, Lined, GuardedState, LaneHome {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  ahead: Waiter | undefined
  behind: Waiter | undefined
  queued = false

  readonly call: Origin
  readonly core: Core
  readonly settings: CallSettings
  readonly above: CallContext | undefined
  readonly moment: number
  readonly kin: object
  /** Where the call was made; kept once it waits for what comes from elsewhere. */
  #home: Surroundings | undefined
  /** Where it waits for others, in runtimes in which their turn is not its own. */
  #turn: OwnTurn | undefined
  /** What the caller gets. */
  readonly answer: Promise<unknown> | undefined
  readonly #resolve: (value: unknown) => void
  /** None: the caller wants an outcome, whatever happens. */
  readonly #reject: ((reason: unknown) => void) | undefined
  #phase: Phase = Phase.idle

  attempt = 0
  began: number
  deadline: number
  aborted = false
  #reason: unknown
  waited = 0
  waitedInAll = 0
  lane: Lane | undefined
  endedAt = 0
  failure: Failure | undefined
  result: unknown
  threw = false
  inDoubt = false

  #wishedAt = 0
  readonly #held: Holdings
  /** Attempts under way: one, or with a hedge more. */
  readonly #lanes: Lanes
  #hedges = 0
  /** How an attempt failed while another one of the call was still under way. */
  #beside: Failure | undefined
  #degrading: Degrading | undefined

  constructor(
    call: Origin,
    answer: Promise<unknown> | undefined,
    resolve: (value: unknown) => void,
    reject: ((reason: unknown) => void) | undefined,
  ) {
    this.call = call
    this.core = call.core
    this.settings = call.settings
    this.above = call.above
    this.moment = call.moment
    this.kin = call.core
    this.began = call.began
    this.deadline = call.deadline
    this.answer = answer
    this.#lanes = new Lanes(call.core)
    this.#held = new Holdings(call.core)
    this.#resolve = resolve
    this.#reject = reject
  }

  get callId(): string {
    return this.call.callId
  }

  /** From where it is asked whether it may start. */
  admit(now: number): void {
    const { core } = this
    if (now >= this.deadline) return this.#stop('deadline', now)
    const refuses = core.policy.refusesOriginal(now, core.random)
    if (refuses) this.#noRoom(refuses, now, 0)
    else this.#enter(now, false)
  }

  /** From an original that is under way, or was when its caller left. */
  adopt(lane: Lane, left: { readonly reason: unknown } | undefined): void {
    this.#phase = Phase.running
    this.aborted = left !== undefined
    this.#reason = left?.reason
    this.attempt = 1
    this.#lanes.adopt(lane)
  }

  /** The attempt that has run longest: the original, where that was adopted. */
  get first(): Lane {
    return this.#lanes.first
  }

  #enter(now: number, away: boolean): void {
    const { bulkhead } = this.core
    if (bulkhead === null) return this.#start(now, away)
    const entry = bulkhead.enter(this)
    if (entry === 'entered') {
      this.#held.slot = true
      this.#start(now, away)
    } else if (entry === 'refused') this.#stop('concurrency', now)
    else {
      this.#phase = Phase.queued
      this.#leaves()
      this.#turn = ownTurn()
      this.#wishedAt = now
      this.core.wheel.add(this, now, this.deadline - now, true)
    }
  }

  /** What comes next may come in another's turn, and is to find the tenant, trace and logger of this caller. */
  #leaves(): void {
    this.#home ??= surroundings()
  }

  /** The bulkhead handed its slot on. */
  dequeued(now: number): void {
    this.core.wheel.remove(this)
    this.#held.queuedFor = now - this.#wishedAt
    this.#held.slot = true
    if (!this.#stays()) return
    if (this.#turn) this.#turn(() => this.#phase === Phase.done || this.#start(this.core.clock.now(), true))
    else this.#start(now, true)
  }

  /** Calls that share a signal hear of its abort one by one: what one gives up must not start the next. */
  #stays(): boolean {
    this.#phase = Phase.idle
    this.call.joins()
    return (this.#phase as Phase) !== Phase.done
  }

  /** @param away in another call's turn, or a timer's */
  #start(now: number, away: boolean): void {
    const { core } = this
    if (now >= this.deadline) return this.#stop('deadline', now)
    if (this.attempt > 0 && this.settings.key !== undefined && pastWindow(core.rules, factsOf(this), now))
      return this.#stop('window', now)
    const given = attemptTime(now, core.attemptTimeout, this.deadline)
    const permit = core.policy.acquire(this.attempt + 1, now, core.random, Math.min(given, core.lease))
    if (permit === 0) {
      core.partition.breakerChanged(now)
      return this.#noRoom('breaker', now, ASK_AGAIN)
    }
    this.#launch(this.attempt === 0 ? 'original' : 'retry', now, given, permit, away)
  }

  /** An attempt goes out. What was taken for it is its own from here on. */
  #launch(cause: Lane['cause'], now: number, given: number, permit: number, away: boolean): void {
    this.#phase = Phase.running
    this.attempt++
    const lane = this.#lanes.start(this, this, cause, this.#held, permit, given, now)
    const { hedge, hedgeAfter, wheel } = this.core
    if (hedge && this.#hedges < hedge.max) wheel.add(this, now, hedgeAfter, false)
    if (hedge || given < Infinity) this.#leaves()
    if (away) runIn(this.#home, () => this.#send(lane))
    else this.#send(lane)
    if (lane.probe) this.core.partition.breakerChanged(now)
  }

  // A result always arrives later, even a synchronous one: a queue of calls that throw at once
  // would otherwise unwind on one stack.
  #send(lane: Lane): void {
    void invoke(functionOf(this, lane), lane.current).then(
      (value) => this.#settled(lane, value, false),
      (error: unknown) => this.#settled(lane, error, true),
    )
  }

  #settled(lane: Lane, result: unknown, threw: boolean): void {
    // Of an attempt that was given up: nobody waits for it any more.
    if (!this.#lanes.has(lane)) return
    this.#phase = Phase.deciding
    const now = this.core.clock.now()
    const { value, failure } = answerOf(this, lane, result, threw, now)
    this.laneEnded(lane, value, threw, failure, now)
  }

  /** An attempt's time is up. */
  laneRang(lane: Lane): void {
    runIn(this.#home, () => {
      const now = this.core.clock.now()
      const error = timeoutOf(this, lane, now)
      this.#phase = Phase.deciding
      lane.current.abort(error)
      this.laneEnded(lane, error, true, TIMED_OUT, now)
    })
  }

  /** @param failure `undefined`: it succeeded */
  laneEnded(lane: Lane, result: unknown, threw: boolean, failure: Failure | undefined, now: number): void {
    const { core } = this
    this.#phase = Phase.deciding
    this.lane = lane
    this.result = result
    this.threw = threw
    this.failure = failure
    this.endedAt = now
    if (failure !== undefined && leavesDoubt(failure)) this.inDoubt = true
    const ms = now - lane.startedAt
    const changed = this.#lanes.ended(this, lane, failure, ms, now)
    this.#held.tellLine(now, endOf(failure, ms, lane.timeout))
    core.partition.breakerMoved(now, changed)
    if (failure === undefined) {
      core.standIn?.remember(result, this.settings.cacheKey, now)
      return this.#finish('ok', now, undefined)
    }
    if (this.#lanes.size > 0 && (this.aborted || !isPermanent(failure.class))) {
      // A hedge, or the attempt that it hedges, is still under way.
      reportAttempt(this, now)
      this.#beside = failure
      this.#phase = Phase.running
      return this.aborted ? this.#abandon(now) : undefined
    }
    core.wheel.remove(this)
    this.#decide(failure, now)
  }

  /** The attempt is late: another beside it, where that is safe and there is room. */
  #hedge(now: number): void {
    const { core } = this
    const given = attemptTime(now, core.attemptTimeout, this.deadline)
    const permit = takeHedge(core, rulesOf(this), factsOf(this), this.#held, given, now)
    if (permit === 0) return
    this.#hedges++
    this.#launch('hedge', now, given, permit, true)
  }

  #decide(last: Failure, now: number): void {
    const { core } = this
    const failure = this.#beside ? asTold(last, this.#beside) : last
    this.#beside = undefined
    const decision = decide(rulesOf(this), factsOf(this), failure, core.policy, now, core.random)
    if (decision.act === 'stop') return this.#finish(decision.stop, now, decision.retryAt)
    this.#held.owe(decision.act === 'retry' ? decision.payment : 0, now)
    reportAttempt(this, now)
    if (this.aborted) return this.#finish('aborted', now, undefined, false)
    if (decision.act === 'wait') return this.#line(now, decision.wait)
    this.waited = decision.wait
    this.#phase = decision.wait > 0 ? Phase.backoff : Phase.idle
    if (this.#phase === Phase.idle) return this.#enter(now, false)
    this.#wishedAt = now
    this.#leaves()
    // A pending retry must not be lost because nothing else keeps the process alive.
    core.wheel.add(this, now, decision.wait, true)
  }

  /** A background call waits in line, any other ends. */
  #noRoom(reason: StopReason, now: number, wait: number): void {
    if (rulesOf(this).background && waitsForRoom(reason)) this.#line(now, wait)
    else this.#stop(reason, now)
  }

  #line(now: number, wait: number): void {
    this.#held.giveUp(now)
    if (this.#phase === Phase.done) return
    this.#phase = Phase.lined
    this.#leaves()
    this.#turn = ownTurn()
    this.#wishedAt = now
    this.core.wheel.add(this, now, this.deadline - now, true)
    this.core.waitingRoom.join(this, now, wait)
  }

  /** The waiting room lets it go, unpaid. */
  sentFromLine(now: number): void {
    this.core.wheel.remove(this)
    this.#held.fromLine = true
    if (!this.#stays()) return
    this.waited = now - this.#wishedAt
    this.waitedInAll += this.waited
    if (this.#turn) this.#turn(() => this.#phase === Phase.done || this.#enter(this.core.clock.now(), true))
    else this.#enter(now, true)
  }

  /** The wheel's word, by what this call was waiting for. */
  ring(): void {
    const now = this.core.clock.now()
    if (this.#phase === Phase.backoff) {
      this.waitedInAll += now - this.#wishedAt
      this.#phase = Phase.idle
      this.#enter(now, true)
    } else if (this.#phase === Phase.running) this.#hedge(now)
    else if (this.#phase === Phase.queued || this.#phase === Phase.lined) this.#stop('deadline', now)
  }

  /** The caller left, or the attempt above was given up. */
  abort(reason: unknown): void {
    if (this.#phase === Phase.done || this.aborted) return
    const now = this.core.clock.now()
    const phase = this.#phase
    this.aborted = true
    this.#reason = reason
    if (phase === Phase.deciding) return
    if (phase === Phase.running) return this.#abandon(now)
    if (phase === Phase.degrading) return this.#degrading?.abort(reason, now)
    this.#finish('aborted', now, undefined, false)
  }

  /** Its caller left in mid-attempt. */
  #abandon(now: number): void {
    this.failure = ABORTED
    this.inDoubt = true
    this.#finish('aborted', now, undefined)
  }

  /** Ends the call between attempts. */
  #stop(stop: StopReason, now: number): void {
    this.#finish(stop, now, stop === 'breaker' ? this.core.policy.retryAt(now) : undefined, false)
  }

  /** Ends the call, or lets something stand in for the answer that it did not get. */
  #finish(stop: StopReason, now: number, retryAt: number | undefined, inAttempt = true): void {
    if (this.#phase === Phase.done) return
    this.#withdraw(stop, now)
    if (stop === 'aborted' && this.aborted) {
      this.result = this.#reason
      this.threw = true
    }
    const advice = stop === 'unsafe' ? adviceOf(this) : undefined
    const ending: Ending = { stop, now, retryAt, inAttempt, advice }
    const result = ended(this, ending, refusal)
    const { standIn } = this.core
    if (standIn === undefined || !standsIn(stop)) return this.#deliver(ending, result, undefined)
    this.#phase = Phase.degrading
    this.#degrading = new Degrading(this, ending, result, (...end) => this.#deliver(...end))
    runIn(this.#home, () => this.#degrading?.start(standIn))
  }

  #deliver(ending: Ending, result: unknown, stood: StoodIn | undefined): void {
    this.#phase = Phase.done
    this.call.left()
    deliver(this, ending, result, stood, this.#resolve, this.#reject)
  }

  /** Gives back, exactly once, whatever the call still holds, wherever it stands. */
  #withdraw(stop: StopReason, now: number): void {
    const { core } = this
    if (this.#phase === Phase.queued) core.bulkhead?.cancel(this)
    else if (this.#phase === Phase.lined) core.waitingRoom.leave(this)
    if (this.#phase === Phase.backoff || this.#phase === Phase.lined) this.waitedInAll += now - this.#wishedAt
    this.#phase = Phase.done
    core.wheel.remove(this)
    this.#held.giveUp(now)
    if (stop === 'aborted') this.lane = this.#lanes.abandon(this, this.#reason, now) ?? this.lane
    else if (this.#lanes.size > 0) {
      this.inDoubt = true
      this.#lanes.overtaken(this, new OvertakenError(core.dependency, core.operation), now)
    }
  }
}
