/**
 * Group: processes that call one dependency under one strategy, and the way of each of their calls.
 *
 * The second thin driver of the shipped policies; the first is the guard. It decides nothing: it knows when to ask, and
 * that on every path out what was taken is given back exactly once. `test/differential` holds both to the same
 * attempts, waits and stops.
 *
 * @module
 */
import {
  attemptTime,
  type CallFacts,
  effectiveDeadline,
  endOf,
  exhausts,
  type Failure,
  type StopReason,
  waitsForRoom,
} from 'truce/policy'
import type { Client } from '../strategies/client.js'
import { AT_SERVER, AWAITED, QUEUED_FOR_CONNECTION, RETRY, TIMED } from './attempts.js'
import { ALARMED, BACKOFF, DONE, FIRST_SUCCEEDED, FROM_LINE, IDLE, LINED, QUEUED, RUNNING } from './calls.js'
import { ATTEMPT_RINGS, CALL_RINGS, event, POOL_RINGS, RETRIES } from './events.js'
import type { AroundGroup, GroupParts } from './group-parts.js'
import { Lines } from './lines.js'
import { FAILURES, NO_CONNECTION, REJECTED, SILENT, TIMED_OUT } from './outcomes.js'
import { Pool } from './pool.js'
import { Slots } from './slots.js'
import { TimeoutChain, timerAt } from './timeout-chain.js'
import { ASK_AGAIN } from './waiting-room.js'
import { heard, NO_WORD } from './word.js'

/** One for all calls: the policy reads it and keeps nothing. */
class Facts implements CallFacts {
  attempt = 0
  deadline = 0
  least = 0
  waited = 0
  readonly aborted = false
  readonly owns = true
  keyed = false
  keyedAt = 0
  readonly replayable = true
}

export class Group {
  readonly parts: GroupParts
  /** What a server knows of its attempts: a name, as of a service, and how urgent they are. */
  readonly origin: { readonly caller: string; readonly background: boolean }
  readonly #world: AroundGroup
  /** Of each process that has called. Whole from the start: of one that grows at random a dictionary would be made. */
  readonly #clients: (Client | undefined)[]
  readonly #newClient: () => Client
  readonly #pools: (Pool | undefined)[] = []
  readonly #slots: Slots
  readonly #lines: Lines
  readonly #chain: TimeoutChain
  readonly #facts = new Facts()

  constructor(parts: GroupParts, world: AroundGroup) {
    this.parts = parts
    this.origin = { caller: String(parts.index), background: parts.strategy.background }
    this.#world = world
    this.#chain = new TimeoutChain(parts.index, world.agenda, world.attempts)
    this.#facts.keyed = parts.idempotent
    const { strategy, instances, effect, random, index } = parts
    this.#clients = Array.from({ length: instances })
    this.#newClient = parts.make({ strategy, instances, effect, random })
    this.#slots = new Slots(strategy.concurrency, world.calls, (call, now) => this.#start(call, now))
    this.#lines = new Lines({
      agenda: world.agenda,
      calls: world.calls,
      random,
      hasBreaker: strategy.background && strategy.breaker !== null,
      clientOf: (instance) => this.#client(instance),
      full: (instance) => this.#slots.full(instance),
      enter: (call, now) => this.#enter(call, now),
      lineOf: (instance) => world.lineOf(index, instance),
    })
  }

  /** The processes that have called so far. */
  get clients(): readonly (Client | undefined)[] {
    return this.#clients
  }

  /**
   * A call begins.
   *
   * @param caller who goes on when it ends; −1: nobody
   * @param parent the attempt in which it is made; −1: none
   * @param until  when whoever is above gives up, as far as that is known
   */
  begin(instance: number, caller: number, parent: number, key: number, until: number, now: number): void {
    const { calls } = this.#world
    const call = calls.take()
    calls.group[call] = this.parts.index
    calls.instance[call] = instance
    calls.caller[call] = caller
    calls.parent[call] = parent
    calls.key[call] = key
    calls.began[call] = now
    calls.deadline[call] = effectiveDeadline(now, this.parts.strategy.deadline, until)
    if (now >= calls.deadline[call]) return this.#finish(call, 'deadline', now)
    const client = this.#client(instance)
    const { attemptTimeout } = this.parts.strategy
    const permit = this.#slots.unlimited ? (client.plain?.(now) ?? 0) : 0
    if (permit !== 0) {
      return this.#launch(call, 1, permit, attemptTime(now, attemptTimeout, calls.deadline[call]), now)
    }
    const refusal = client.refusesOriginal(now)
    if (refusal) this.#noRoom(call, refusal, now, 0)
    else this.#enter(call, now)
  }

  /** A wait is over. */
  retries(call: number, now: number): void {
    this.#world.calls.phase[call] = IDLE
    this.#enter(call, now)
  }

  /** The deadline of a call that waited for a place, perhaps. */
  callRings(call: number, now: number): void {
    const { calls } = this.#world
    calls.unset(call, ALARMED)
    const phase = calls.phase[call]
    if (phase === QUEUED || phase === LINED) this.#finish(call, 'deadline', now)
    else calls.sweep(call)
  }

  chainRings(now: number): void {
    const attempt = this.#chain.ring()
    if (attempt >= 0) this.#ended(attempt, TIMED_OUT, now)
  }

  attemptRings(attempt: number, now: number): void {
    const { attempts } = this.#world
    if (attempts.is(attempt, AWAITED)) this.#ended(attempt, TIMED_OUT, now)
    this.#world.release(attempt, TIMED)
  }

  poolRings(attempt: number, now: number): void {
    const { attempts } = this.#world
    if (attempts.is(attempt, AWAITED) && attempts.is(attempt, QUEUED_FOR_CONNECTION)) {
      this.#ended(attempt, NO_CONNECTION, now)
    }
    this.#world.release(attempt, TIMED)
  }

  lineRings(instance: number, now: number): void {
    this.#lines.ring(instance, now)
  }

  /** An answer arrived; of an attempt that was given up nobody hears. */
  answered(attempt: number, now: number): void {
    const { attempts } = this.#world
    const outcome = attempts.outcome[attempt] as number
    if (outcome !== SILENT && attempts.is(attempt, AWAITED)) this.#ended(attempt, outcome, now)
  }

  #client(instance: number): Client {
    let client = this.#clients[instance]
    if (client === undefined) {
      client = this.#newClient()
      this.#clients[instance] = client
    }
    return client
  }

  #enter(call: number, now: number): void {
    const entry = this.#slots.enter(call)
    if (entry === 'entered') return this.#start(call, now)
    if (entry === 'refused') return this.#finish(call, 'concurrency', now)
    this.#world.calls.phase[call] = QUEUED
    this.#alarm(call)
  }

  /** Rings at the call's deadline, once. */
  #alarm(call: number): void {
    const { calls, agenda } = this.#world
    const deadline = calls.deadline[call] as number
    if (deadline === Number.POSITIVE_INFINITY || calls.is(call, ALARMED)) return
    calls.set(call, ALARMED)
    agenda.add(timerAt(deadline), event(CALL_RINGS, call))
  }

  #start(call: number, now: number): void {
    const { calls } = this.#world
    const deadline = calls.deadline[call] as number
    if (now >= deadline) return this.#finish(call, 'deadline', now)
    const instance = calls.instance[call] as number
    const number = (calls.attempts[call] as number) + 1
    const given = attemptTime(now, this.parts.strategy.attemptTimeout, deadline)
    const permit = this.#client(instance).acquire(number, now, given)
    if (permit === 0) {
      this.#lines.look(instance, now)
      return this.#noRoom(call, 'breaker', now, ASK_AGAIN)
    }
    this.#launch(call, number, permit, given, now)
  }

  #launch(call: number, number: number, permit: number, given: number, now: number): void {
    const world = this.#world
    const { calls, attempts } = world
    calls.phase[call] = RUNNING
    calls.attempts[call] = number
    calls.paidAt[call] = Number.NaN
    const attempt = attempts.take(AWAITED | (number > 1 ? RETRY : 0))
    calls.known[call] = (calls.known[call] as number) + 1
    attempts.call[attempt] = call
    attempts.number[attempt] = number
    attempts.startedAt[attempt] = now
    attempts.given[attempt] = given
    attempts.permit[attempt] = permit
    attempts.payment[attempt] = calls.payment[call] as number
    attempts.server[attempt] = this.parts.server
    attempts.key[attempt] = calls.key[call] as number
    attempts.hint[attempt] = Number.NaN
    attempts.word[attempt] = NO_WORD
    calls.payment[call] = 0
    this.parts.tally?.attempt(number, now)
    if (given === this.parts.strategy.attemptTimeout) {
      if (given < Number.POSITIVE_INFINITY) this.#chain.add(attempt)
    } else this.#timer(attempt, ATTEMPT_RINGS, now + given)
    if (this.parts.strategy.background) this.#lines.started(calls.instance[call] as number, permit, now)
    if (this.parts.pool === undefined) this.#send(attempt, now)
    else this.#connect(attempt, this.parts.pool.acquireTimeout, now)
  }

  #timer(attempt: number, kind: number, time: number): void {
    this.#world.attempts.set(attempt, TIMED)
    this.#world.agenda.add(timerAt(time), event(kind, attempt))
  }

  #send(attempt: number, now: number): void {
    const world = this.#world
    world.attempts.set(attempt, AT_SERVER)
    world.send(attempt, now)
  }

  #connect(attempt: number, acquireTimeout: number, now: number): void {
    const { attempts } = this.#world
    if (this.#pool(attempt).enter(attempt)) return this.#send(attempt, now)
    // One timer at most: where the attempt's own is on, the pool's would come with it or after.
    const rings = !attempts.is(attempt, TIMED) && acquireTimeout < (attempts.given[attempt] as number)
    if (rings) this.#timer(attempt, POOL_RINGS, now + acquireTimeout)
  }

  #pool(attempt: number): Pool {
    const { calls, attempts } = this.#world
    const instance = calls.instance[attempts.call[attempt] as number] as number
    return (this.#pools[instance] ??= new Pool(this.parts.pool?.size ?? 1, attempts))
  }

  #ended(attempt: number, outcome: number, now: number): void {
    const { calls, attempts } = this.#world
    const call = attempts.call[attempt] as number
    const instance = calls.instance[call] as number
    const number = attempts.number[attempt] as number
    const given = attempts.given[attempt] as number
    const ms = now - (attempts.startedAt[attempt] as number)
    const { strategy } = this.parts
    const chained = given === strategy.attemptTimeout && given < Number.POSITIVE_INFINITY
    if (chained && !(outcome === TIMED_OUT)) this.#chain.remove(attempt)
    if (this.parts.pool !== undefined) this.#disconnect(attempt, now)
    const failure = this.#failureOf(attempt, outcome)
    const client = this.#client(instance)
    const permit = attempts.permit[attempt] as number
    const changed =
      failure === undefined
        ? client.succeeded(permit, number, attempts.payment[attempt] as number, ms, now)
        : client.failed(permit, number, failure, given, ms, now)
    if (!this.#slots.unlimited) this.#slots.free(call, now)
    if (strategy.background) {
      this.#lines.tell(call, endOf(failure, ms, strategy.attemptTimeout), now)
      this.#lines.breakerMoved(instance, changed, now)
    }
    this.#world.release(attempt, AWAITED)
    if (failure !== undefined) return this.#decide(call, failure, client, now)
    if (number === 1) calls.set(call, FIRST_SUCCEEDED)
    this.#finish(call, 'ok', now)
  }

  #failureOf(attempt: number, outcome: number): Failure | undefined {
    const failure = FAILURES[outcome]
    if (failure === undefined) return undefined
    // What a refusal said on its way is not heard by whoever gave up before it came.
    if (outcome !== REJECTED) return failure
    const { hint, word } = this.#world.attempts
    return heard(failure, hint[attempt] as number, word[attempt] as number)
  }

  #disconnect(attempt: number, now: number): void {
    const next = this.#pool(attempt).leave(attempt)
    if (next >= 0) this.#send(next, now)
  }

  #decide(call: number, failure: Failure, client: Client, now: number): void {
    const { calls, agenda } = this.#world
    const facts = this.#facts
    facts.attempt = calls.attempts[call] as number
    facts.deadline = calls.deadline[call] as number
    facts.least = client.least()
    facts.waited = calls.waited[call] as number
    facts.keyedAt = calls.began[call] as number
    const decision = client.decide(facts, failure, now)
    if (decision.act === 'stop') return this.#finish(call, decision.stop, now)
    if (decision.act === 'wait') return this.#line(call, now, decision.wait)
    calls.payment[call] = decision.payment
    calls.paidAt[call] = decision.payment === 0 ? Number.NaN : now
    calls.waited[call] = decision.wait
    calls.phase[call] = BACKOFF
    if (decision.wait > 0) agenda.add(timerAt(now + decision.wait), event(RETRIES, call))
    else this.retries(call, now)
  }

  /** A background call waits in line, any other ends. */
  #noRoom(call: number, reason: StopReason, now: number, wait: number): void {
    if (this.parts.strategy.background && waitsForRoom(reason)) this.#line(call, now, wait)
    else this.#finish(call, reason, now)
  }

  #line(call: number, now: number, wait: number): void {
    const { calls } = this.#world
    if (!this.#lines.knows(calls.instance[call] as number)) return this.#finish(call, 'breaker', now)
    this.#giveUp(call, now)
    calls.phase[call] = LINED
    this.#alarm(call)
    this.#lines.join(call, now, wait)
  }

  /** No attempt is made: what was taken for one goes back. */
  #giveUp(call: number, now: number): void {
    const { calls } = this.#world
    const paidAt = calls.paidAt[call] as number
    if (paidAt === paidAt) {
      this.#client(calls.instance[call] as number).takeBack(calls.payment[call] as number, paidAt, now)
      calls.paidAt[call] = Number.NaN
      calls.payment[call] = 0
    }
    this.#slots.free(call, now)
    if (calls.is(call, FROM_LINE)) this.#lines.tell(call, undefined, now)
  }

  #finish(call: number, stop: StopReason, now: number): void {
    const world = this.#world
    const { calls } = world
    if (calls.phase[call] === QUEUED) this.#slots.cancel(call)
    else if (calls.phase[call] === LINED) this.#lines.leave(call)
    calls.phase[call] = DONE
    this.#giveUp(call, now)
    const { tally } = this.parts
    if (tally !== undefined) {
      const first = calls.is(call, FIRST_SUCCEEDED)
      tally.ended(calls.began[call] as number, now, calls.attempts[call] as number, stop, first)
      tally.duplicates += Math.max(0, (calls.effects[call] as number) - 1)
    }
    const parent = calls.parent[call] as number
    const caller = calls.caller[call] as number
    calls.sweep(call)
    if (parent >= 0) world.belowEnded(parent, stop === 'ok', this.parts.peer && exhausts(stop), now)
    else if (caller >= 0) world.callerIsFree(caller, now)
  }
}
