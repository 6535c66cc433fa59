/**
 * Driver: a script run on the pure core alone, as a simulator runs it. No promise, no clock, no guard.
 *
 * It is written from the contract of `policy/` ("life of an attempt", `dependency.ts`) and shares no
 * code with `guard/`. Of the guard's time it knows one thing, that timers ring at whole ms, never early.
 *
 * @module
 */
import {
  attemptTime,
  type CallFacts,
  DEADLINE,
  decide,
  effectiveDeadline,
  type Failure,
  type FailureClass,
  leavesDoubt,
  pastWindow,
  type Payment,
  type StopReason,
} from '../../src/policy/index.js'
import type { CallScript, Script } from './script.js'
import { ARRIVAL, instant, LEAVING, meaning, type Step } from './step.js'
import type { AttemptTrace, Trace } from './trace.js'
import { type Operation, World } from './world.js'

const TIMED_OUT: Failure = { class: 'timeout', certainty: 'unknown', answered: false }

/** Runs a script to its end. */
export function driven(script: Script): Trace {
  const world = new World(script)
  script.calls.forEach((call, index) => {
    const caller = new Caller(world, call, index)
    world.happenings.add(instant(call.arrives, index, ARRIVAL), (now) => caller.arrive(now))
  })
  world.happenings.run()
  return { attempts: world.attempts, calls: world.calls, final: world.standing(world.ended) }
}

class Caller implements CallFacts {
  attempt = 0
  deadline = Number.POSITIVE_INFINITY
  waited = 0
  aborted = false
  readonly owns: boolean
  readonly keyed: boolean
  readonly replayable: boolean
  keyedAt = 0

  readonly #operation: Operation
  #arrived = 0
  #startedAt = 0
  #given = 0
  #permit = 0
  #failed: FailureClass | undefined
  #inDoubt = false
  #waitedInAll = 0
  #waitsSince: number | undefined
  #runs = false
  #cause = ''
  #payment: Payment = 0
  /** When the retry ahead was paid for; `undefined` where none is. */
  #paidAt: number | undefined
  #trace: AttemptTrace | undefined
  #over = false

  constructor(
    readonly world: World,
    readonly script: CallScript,
    readonly index: number,
  ) {
    this.#operation = world.operations.at(script.operation) as Operation
    this.owns = !this.#operation.settings.owned
    this.keyed = script.keyed && this.#operation.settings.honoured
    this.replayable = script.replayable
  }

  get least(): number {
    return this.world.oneLine ? DEADLINE.least : this.#operation.latency.value(DEADLINE.least)
  }

  arrive(now: number): void {
    const { script, world, index } = this
    this.#arrived = now
    this.keyedAt = now - script.age
    const own = Math.min(this.#operation.settings.deadline, script.deadline)
    this.deadline = effectiveDeadline(now, own, Number.POSITIVE_INFINITY)
    if (script.leaves < Number.POSITIVE_INFINITY) {
      world.happenings.add(instant(script.arrives + script.leaves, index, LEAVING), (at) => this.#leave(at))
    }
    const refusal = world.policy.refusesOriginal(now, world.source.random)
    if (refusal) this.#end(refusal, now)
    else this.#start(now)
  }

  #start(now: number): void {
    const { world, index } = this
    const { rules, attemptTimeout } = this.#operation
    if (now >= this.deadline) return this.#end('deadline', now)
    if (this.attempt > 0 && pastWindow(rules, this, now)) return this.#end('window', now)
    const given = world.oneLine ? Number.POSITIVE_INFINITY : attemptTime(now, attemptTimeout, this.deadline)
    const permit = world.policy.acquire(this.attempt + 1, now, world.source.random, this.#operation.lease(given))
    if (permit === 0) return this.#end('breaker', now)
    const attempt = ++this.attempt
    this.#given = given
    this.#permit = permit
    this.#startedAt = now
    this.#paidAt = undefined
    const probe = world.policy.breaker?.isProbe(permit) ?? false
    this.#trace = { ...world.standing(now), call: index, attempt, end: undefined }
    world.attempts.push(this.#trace)

    this.#cause = probe ? 'probe' : attempt === 1 ? 'original' : 'retry'
    const ends = (failure: Failure | undefined) => (at: number) => {
      if (this.#runs && this.attempt === attempt) this.#ended(failure, at)
    }
    this.#runs = true
    world.happenings.add(Math.ceil(now + given), ends(TIMED_OUT))
    const step = this.script.steps.at(attempt - 1) as Step
    if (step.ends === 'hang') return
    world.happenings.add(step.after > 0 ? instant(now + step.after, index, attempt) : now, ends(meaning(step)))
  }

  #ended(failure: Failure | undefined, now: number): void {
    this.#runs = false
    const { policy, source } = this.world
    const { attemptTimeout, latency, rules } = this.#operation
    const ms = now - this.#startedAt
    this.#failed = failure?.class
    if (failure === undefined) {
      policy.succeeded(this.#permit, this.attempt, this.#payment, ms, attemptTimeout, now, source.random)
      if (ms > 0) latency.observe(ms)
      return this.#close('ok', now)
    }
    if (leavesDoubt(failure)) this.#inDoubt = true
    policy.failed(this.#permit, failure, this.#given, attemptTimeout, now, source.random, ms)
    const decision = decide(rules, this, failure, policy, now, source.random)
    if (decision.act === 'wait') throw new Error('only background calls wait for room')
    if (decision.act === 'stop') return this.#close(decision.stop, now, decision.retryAt)
    this.#note(now, undefined)
    this.#payment = decision.payment
    this.#paidAt = now
    this.waited = decision.wait
    if (decision.wait <= 0) return this.#start(now)
    this.#waitsSince = now
    this.world.happenings.add(Math.ceil(now + decision.wait), (at) => this.#resume(at))
  }

  #resume(now: number): void {
    if (this.#over || this.#waitsSince === undefined) return
    this.#waitedInAll += now - this.#waitsSince
    this.#waitsSince = undefined
    this.#start(now)
  }

  /** The caller aborts. */
  #leave(now: number): void {
    if (this.#over) return
    this.aborted = true
    if (!this.#runs) return this.#end('aborted', now)
    this.#runs = false
    this.world.policy.released(this.#permit)
    this.#failed = 'aborted'
    this.#inDoubt = true
    this.#close('aborted', now)
  }

  #note(now: number, stop: StopReason | undefined): void {
    const timeout = this.#given === Number.POSITIVE_INFINITY ? undefined : this.#given
    const ended = { ms: now - this.#startedAt, outcome: this.#failed ?? ('ok' as const), timeout, stop }
    if (this.#trace) this.#trace.end = { cause: this.#cause, waited: this.waited, ...ended }
  }

  /** The call ends with its attempt. */
  #close(stop: StopReason, now: number, retryAt?: number): void {
    this.#note(now, stop)
    this.#end(stop, now, retryAt)
  }

  #end(stop: StopReason, now: number, retryAt = stop === 'breaker' ? this.world.policy.retryAt(now) : undefined): void {
    const { world } = this
    this.#over = true
    if (this.#waitsSince !== undefined) this.#waitedInAll += now - this.#waitsSince
    if (this.#paidAt !== undefined) world.policy.takeBack(this.#payment, this.#paidAt, now)
    world.ended = now
    world.calls[this.index] = {
      ok: stop === 'ok',
      stop,
      class: this.#failed,
      certainty: stop === 'ok' ? 'applied' : this.#inDoubt ? 'unknown' : 'not-applied',
      attempts: this.attempt,
      waited: this.#waitedInAll,
      elapsed: now - this.#arrived,
      retryAt: retryAt === Number.POSITIVE_INFINITY ? undefined : retryAt,
    }
  }
}
