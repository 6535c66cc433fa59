/**
 * World: one run of a scenario, under one strategy and one seed.
 *
 * It holds what all have in common, and hands each event to whom it concerns.
 *
 * @module
 */
import { Agenda } from '../engine/agenda.js'
import { Draws, hash } from '../engine/draws.js'
import { Tally } from '../measure/tally.js'
import type { CallersModel, Scenario, StrategyModel } from '../scenario/model.js'
import { CLIENTS } from '../strategies/registry.js'
import type { MakeClient } from '../strategies/client.js'
import { type Source, sourceOf } from './arrivals.js'
import { AT_SERVER, Attempts } from './attempts.js'
import { Calls, DONE } from './calls.js'
import {
  ARRIVES,
  ATTEMPT_RINGS,
  CALL_RINGS,
  CHAIN_RINGS,
  DOOR_RINGS,
  event,
  FAULT,
  kindOf,
  LINE_RINGS,
  POOL_RINGS,
  REACHES,
  RETRIES,
  RETURNS,
  SAMPLE,
  SERVED,
  subjectOf,
  THOUGHT,
} from './events.js'
import { Group } from './group.js'
import type { AroundGroup } from './group-parts.js'
import { type AroundServer, Server } from './server.js'

/** What is looked at, at the end of each bucket. */
export interface Watch {
  readonly bucketMs: number
  sample(world: World, now: number): void
  /** Hears how far it is, now and then. */
  progress?(now: number, events: number): void
}

/** Events between two words about the progress. */
const TELL_AFTER = 131_072

export class World implements AroundServer, AroundGroup {
  readonly agenda = new Agenda()
  readonly attempts = new Attempts()
  readonly calls = new Calls()
  readonly seed: number
  readonly scenario: Scenario
  readonly tally: Tally
  readonly servers: readonly Server[]
  /** Outermost callers first, then those within dependencies. */
  readonly groups: Group[] = []
  readonly #watch: Watch
  readonly #clients: Readonly<Record<string, MakeClient>>
  #callers = 0
  readonly #sources: Source[] = []
  /** Number of the first caller of each source. */
  readonly #firstCallers: number[] = []
  /** For each server, the groups of the calls that it makes, in their order. */
  readonly #below: (readonly Group[])[]
  /** Names of lines, for events: group and process. */
  readonly #lines: { readonly group: number; readonly instance: number }[] = []

  constructor(scenario: Scenario, strategy: StrategyModel, seed: number, watch: Watch, clients = CLIENTS) {
    this.#clients = clients
    this.scenario = scenario
    this.seed = seed
    this.#watch = watch
    this.tally = new Tally(scenario.durationMs, watch.bucketMs, scenario.dependencies.length)
    this.servers = scenario.dependencies.map((model, index) => new Server(index, model, this))
    for (const callers of scenario.callers) this.#populate(callers, strategy)
    this.#below = scenario.dependencies.map(({ calls, instances }) =>
      calls.flatMap(({ dependency, times, strategy: own, peer }) => {
        const group = this.#group({
          instances,
          server: dependency,
          strategy: own ?? strategy,
          effect: 'read',
          idempotent: true,
          pool: undefined,
          peer,
          tally: undefined,
        })
        return Array.from({ length: times }, () => group)
      }),
    )
    for (let at = watch.bucketMs; at <= scenario.durationMs; at += watch.bucketMs) this.agenda.add(at, event(SAMPLE, 0))
    for (const source of this.#sources) source.start()
  }

  /** Runs to the end of the simulated time. */
  run(): void {
    const { agenda, scenario } = this
    const { durationMs } = scenario
    let tellAt = TELL_AFTER
    for (let what = agenda.take(durationMs); what >= 0; what = agenda.take(durationMs)) {
      this.#happens(what, agenda.now)
      if (agenda.taken < tellAt) continue
      tellAt = agenda.taken + TELL_AFTER
      this.#watch.progress?.(agenda.now, agenda.taken)
    }
  }

  send(attempt: number, now: number): void {
    const server = this.attempts.server[attempt] as number
    this.tally.reached[server]?.add(now)
    this.servers[server]?.send(attempt, now)
  }

  returned(attempt: number, now: number): void {
    this.#groupOf(this.attempts.call[attempt] as number).answered(attempt, now)
    this.release(attempt, AT_SERVER)
  }

  release(attempt: number, flag: number): void {
    const call = this.attempts.call[attempt] as number
    if (!this.attempts.drop(attempt, flag)) return
    this.calls.known[call] = (this.calls.known[call] as number) - 1
    this.calls.sweep(call)
  }

  tookEffect(attempt: number): void {
    const { calls } = this
    const call = this.attempts.call[attempt] as number
    const { effect, idempotent, tally } = this.#groupOf(call).parts
    if (effect === 'read' || idempotent || tally === undefined) return
    calls.effects[call] = Math.min(255, (calls.effects[call] as number) + 1)
    if (calls.phase[call] === DONE && calls.effects[call] > 1) tally.duplicates++
  }

  callBelow(server: number, attempt: number, step: number, now: number): void {
    const { attempts } = this
    const group = this.#below[server]?.[step] as Group
    const key = attempts.key[attempt] as number
    const deadlines = this.servers[server]?.model.deadlines === true
    const until = deadlines ? attempts.waitedUntil(attempt) : Number.POSITIVE_INFINITY
    const own = hash(hash(key, attempts.number[attempt] as number), step)
    group.begin(key % group.parts.instances, -1, attempt, own, until, now)
  }

  belowEnded(attempt: number, succeeded: boolean, exhausted: boolean, now: number): void {
    this.servers[this.attempts.server[attempt] as number]?.belowEnded(attempt, succeeded, exhausted, now)
  }

  originOf(attempt: number): { readonly caller: string; readonly background: boolean } {
    return this.#groupOf(this.attempts.call[attempt] as number).origin
  }

  callerIsFree(caller: number, now: number): void {
    this.#sourceOf(caller).isFree(caller, now)
  }

  lineOf(group: number, instance: number): number {
    return this.#lines.push({ group, instance }) - 1
  }

  #populate(callers: CallersModel, strategy: StrategyModel): void {
    const { instances, dependency: server, effect, idempotent, pool } = callers
    const group = this.#group({ instances, server, strategy, effect, idempotent, pool, peer: false, tally: this.tally })
    const { arrivals } = callers
    const firstCaller = this.#callers
    this.#firstCallers.push(firstCaller)
    if (arrivals.kind === 'closed') this.#callers += instances * arrivals.each
    const index = this.#sources.length
    this.#sources.push(
      sourceOf({
        index,
        callers,
        firstCaller,
        seed: this.seed,
        agenda: this.agenda,
        begin: (instance, caller, key, now) => group.begin(instance, caller, -1, key, Number.POSITIVE_INFINITY, now),
      }),
    )
  }

  #group(parts: Omit<Group['parts'], 'index' | 'make' | 'random'>): Group {
    const index = this.groups.length
    const make = this.#clients[parts.strategy.like] as MakeClient
    const group = new Group({ ...parts, index, make, random: new Draws(this.seed, `policy/${index}`).next }, this)
    this.groups.push(group)
    return group
  }

  #groupOf(call: number): Group {
    return this.groups[this.calls.group[call] as number] as Group
  }

  #sourceOf(caller: number): Source {
    let source = this.#firstCallers.length - 1
    while ((this.#firstCallers[source] as number) > caller) source--
    return this.#sources[source] as Source
  }

  #happens(what: number, now: number): void {
    const subject = subjectOf(what)
    switch (kindOf(what)) {
      case SERVED:
        return this.servers[this.attempts.server[subject] as number]?.served(subject, now)
      case ARRIVES:
        return this.#sources[subject]?.comes(-1, now)
      case THOUGHT:
        return this.#sourceOf(subject).comes(subject, now)
      case REACHES:
        return this.servers[this.attempts.server[subject] as number]?.arrives(subject, now)
      case RETURNS:
        return this.returned(subject, now)
      case CHAIN_RINGS:
        return this.groups[subject]?.chainRings(now)
      case ATTEMPT_RINGS:
        return this.#groupOf(this.attempts.call[subject] as number).attemptRings(subject, now)
      case RETRIES:
        return this.#groupOf(subject).retries(subject, now)
      case FAULT:
        return this.servers[subject]?.turn(now)
      case DOOR_RINGS:
        return this.servers[subject]?.doorRings(now)
      case LINE_RINGS: {
        const line = this.#lines[subject] as { group: number; instance: number }
        return this.groups[line.group]?.lineRings(line.instance, now)
      }
      case CALL_RINGS:
        return this.#groupOf(subject).callRings(subject, now)
      case POOL_RINGS:
        return this.#groupOf(this.attempts.call[subject] as number).poolRings(subject, now)
      case SAMPLE:
        return this.#watch.sample(this, now)
    }
  }
}
