/**
 * Server: a dependency as a queueing system. What arrives waits for a worker, is worked on, and is answered.
 *
 * It goes on working for callers who have left, unless it knows until when they wait.
 *
 * @module
 */
import type { Refusal } from 'truce/policy'
import type { Agenda } from '../engine/agenda.js'
import { Draws } from '../engine/draws.js'
import { type Sampler, sampler } from '../engine/sampler.js'
import type { DependencyModel } from '../scenario/model.js'
import { type Attempts, RETRY } from './attempts.js'
import { Door } from './door.js'
import { event, FAULT, REACHES, RETURNS, SERVED } from './events.js'
import { FaultLine } from './fault-line.js'
import { BELOW_EXHAUSTED, BELOW_FAILED, errorOf, FULL, OK, REFUSED, REJECTED, SILENT } from './outcomes.js'
import { wordOf } from './word.js'

/** The rest of the world, as a server sees it. */
export interface AroundServer {
  readonly agenda: Agenda
  readonly attempts: Attempts
  readonly seed: number
  /** An answer arrived where the attempt came from, or never will (`SILENT`). */
  returned(attempt: number, now: number): void
  /** The server does not know it any more. */
  release(attempt: number, flag: number): void
  /** Work of it took effect. */
  tookEffect(attempt: number): void
  /** Calls, in an attempt of this server, what it depends on: the `step`-th of `steps`. */
  callBelow(server: number, attempt: number, step: number, now: number): void
  /** Who made it, as far as a server is told. */
  originOf(attempt: number): { readonly caller: string; readonly background: boolean }
}

export class Server {
  readonly model: DependencyModel
  readonly #index: number
  readonly #around: AroundServer
  readonly #faults: FaultLine
  readonly #service: Sampler
  readonly #network: Sampler | undefined
  readonly #serviceDraws: Draws
  readonly #networkDraws: Draws
  readonly #door: Door | undefined
  /** Calls below that an attempt makes, one after the other. */
  readonly #steps: number
  #first = -1
  #last = -1
  #waiting = 0
  #busy = 0
  /** Attempts that reached it. */
  arrived = 0
  #workedMs = 0
  #workedAt = 0
  #tokens: number
  #tokensAt = 0

  constructor(index: number, model: DependencyModel, around: AroundServer) {
    this.model = model
    this.#index = index
    this.#around = around
    const draws = (purpose: string) => new Draws(around.seed, `${purpose}/${model.name}`)
    this.#faults = new FaultLine(model.faults, draws('faults'))
    this.#service = sampler(model.service)
    this.#network = model.network && sampler(model.network)
    this.#serviceDraws = draws('service')
    this.#networkDraws = draws('network')
    this.#door =
      model.admission &&
      new Door(index, model.admission, {
        agenda: around.agenda,
        enters: (attempt, now) => this.#enters(attempt, now),
        refused: (attempt, refusal, now) => this.#turnsAway(attempt, refusal, now),
      })
    this.#steps = model.calls.reduce((sum, { times }) => sum + times, 0)
    this.#tokens = model.admits?.burst ?? 0
    for (const turn of this.#faults.turns) around.agenda.add(turn, event(FAULT, index))
  }

  get waiting(): number {
    return this.#waiting + (this.#door?.waiting ?? 0)
  }

  get busy(): number {
    return this.#busy
  }

  /** Share of the workers' time in which they worked, until now. */
  utilisation(now: number): number {
    this.#count(now)
    return now > 0 ? this.#workedMs / (now * this.model.workers) : 0
  }

  /** A fault begins or ends. */
  turn(now: number): void {
    this.#faults.moveTo(now)
    this.#serveNext(now)
    this.#door?.rings(now)
  }

  /** An attempt leaves its caller. */
  send(attempt: number, now: number): void {
    if (this.#network === undefined) return this.arrives(attempt, now)
    this.#around.agenda.add(now + this.#leg(attempt, 0), event(REACHES, attempt))
  }

  arrives(attempt: number, now: number): void {
    const { attempts } = this.#around
    this.arrived++
    const key = attempts.key[attempt] as number
    const refusal = this.#faults.refuses(key, attempts.number[attempt] as number)
    if (refusal === 'hang') return this.#silence(attempt, now)
    if (refusal === 'down') return this.#refuse(attempt, REFUSED, now)
    if (!this.#takesMore(now)) return this.#refuse(attempt, REJECTED, now)
    if (this.#door === undefined) return this.#enters(attempt, now)
    const until = this.model.deadlines ? attempts.waitedUntil(attempt) : Number.POSITIVE_INFINITY
    this.#door.arrives(attempt, { ...this.#around.originOf(attempt), retry: attempts.is(attempt, RETRY), until }, now)
  }

  /** Somebody at the door has waited too long, perhaps. */
  doorRings(now: number): void {
    this.#door?.rings(now)
  }

  /** A worker takes it, or it waits for one. */
  #enters(attempt: number, now: number): void {
    const { attempts } = this.#around
    if (this.#busy < this.#workers()) return this.#serve(attempt, now)
    if (this.#waiting >= this.model.queue) {
      this.#door?.turnedBack(attempt, now)
      return this.#refuse(attempt, FULL, now)
    }
    attempts.next[attempt] = -1
    if (this.#last >= 0) attempts.next[this.#last] = attempt
    else this.#first = attempt
    this.#last = attempt
    this.#waiting++
  }

  /** The work on an attempt is done. */
  served(attempt: number, now: number): void {
    if (this.#steps > 0 && this.#around.attempts.outcome[attempt] === OK) {
      this.#around.attempts.below[attempt] = 0
      this.#around.callBelow(this.#index, attempt, 0, now)
    } else this.#done(attempt, now)
  }

  /** A call below, made in this attempt, has ended. */
  belowEnded(attempt: number, succeeded: boolean, exhausted: boolean, now: number): void {
    const { attempts } = this.#around
    const step = (attempts.below[attempt] as number) + 1
    attempts.below[attempt] = step
    if (succeeded && step < this.#steps) return this.#around.callBelow(this.#index, attempt, step, now)
    if (!succeeded) attempts.outcome[attempt] = exhausted ? BELOW_EXHAUSTED : BELOW_FAILED
    this.#done(attempt, now)
  }

  #done(attempt: number, now: number): void {
    const outcome = this.#around.attempts.outcome[attempt] as number
    this.#count(now)
    this.#busy--
    if (outcome === OK || outcome === SILENT) this.#around.tookEffect(attempt)
    // Before the answer: whoever comes back at once finds the queue as it is.
    this.#serveNext(now)
    this.#door?.ended(attempt, outcome === OK || outcome === SILENT, now)
    if (outcome === SILENT) this.#silence(attempt, now)
    else if (this.#network === undefined) this.#around.returned(attempt, now)
    else this.#around.agenda.add(now + this.#leg(attempt, 1), event(RETURNS, attempt))
  }

  #serveNext(now: number): void {
    const { attempts } = this.#around
    while (this.#first >= 0 && this.#busy < this.#workers()) {
      const attempt = this.#first
      this.#first = attempts.next[attempt] as number
      if (this.#first < 0) this.#last = -1
      this.#waiting--
      if (this.model.deadlines && now >= attempts.waitedUntil(attempt)) {
        this.#door?.turnedBack(attempt, now)
        this.#refuse(attempt, EXPIRED, now)
      } else this.#serve(attempt, now)
    }
  }

  #serve(attempt: number, now: number): void {
    const { attempts, agenda } = this.#around
    const key = attempts.key[attempt] as number
    const number = attempts.number[attempt] as number
    this.#count(now)
    this.#busy++
    attempts.outcome[attempt] = this.#faults.outcome(key, number)
    let ms = this.#service(this.#serviceDraws.at(key, number)) * this.#faults.slowness(key, number)
    const { loaded } = this.model
    if (loaded) ms = ms * (1 + loaded.queued * this.waiting) + loaded.inFlight * (this.#busy - 1)
    agenda.add(this.#faults.doneAt(now, ms), event(SERVED, attempt))
  }

  /** An answer without work. It comes as an event of its own: who comes back at once must not do so on this stack. */
  #refuse(attempt: number, outcome: number, now: number): void {
    this.#around.attempts.outcome[attempt] = outcome
    this.#around.agenda.add(now + (this.#network ? this.#leg(attempt, 1) : 0), event(RETURNS, attempt))
  }

  #silence(attempt: number, now: number): void {
    this.#around.attempts.outcome[attempt] = SILENT
    this.#around.returned(attempt, now)
  }

  #workers(): number {
    return this.#faults.frozen ? 0 : Math.min(this.model.workers, this.#faults.workers)
  }

  /** Does its limit of rate let another in? */
  #takesMore(now: number): boolean {
    const { admits } = this.model
    if (admits === undefined) return true
    this.#tokens = Math.min(admits.burst, this.#tokens + ((now - this.#tokensAt) * admits.rate) / 1_000)
    this.#tokensAt = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  #turnsAway(attempt: number, refusal: Refusal, now: number): void {
    const { attempts } = this.#around
    const { slot } = refusal
    const late = this.model.deadlines && now >= attempts.waitedUntil(attempt)
    if (slot !== undefined) attempts.hint[attempt] = slot
    attempts.word[attempt] = wordOf(refusal)
    this.#refuse(attempt, late ? EXPIRED : REJECTED, now)
  }

  #leg(attempt: number, way: number): number {
    const { attempts } = this.#around
    const place = 2 * (attempts.number[attempt] as number) + way
    return (this.#network as Sampler)(this.#networkDraws.at(attempts.key[attempt] as number, place))
  }

  #count(now: number): void {
    this.#workedMs += this.#busy * (now - this.#workedAt)
    this.#workedAt = now
  }
}

/** 504: too late when it was its turn. */
const EXPIRED = errorOf('timeout')
