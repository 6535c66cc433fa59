/**
 * Slots: attempts at once, of each process of a group, where its strategy limits them.
 *
 * The queue is the shipped bulkhead's; here is who stands in it.
 *
 * @module
 */
import { Bulkhead, type Waiter } from 'truce/policy'
import type { StrategyModel } from '../scenario/model.js'
import { type Calls, HOLDS_SLOT, IDLE } from './calls.js'

/** A call in a queue. */
interface Queued extends Waiter {
  readonly call: number
}

export class Slots {
  readonly #settings: StrategyModel['concurrency']
  readonly #calls: Calls
  /** A call that waited has a slot now. */
  readonly #start: (call: number, now: number) => void
  readonly #bulkheads: (Bulkhead<Queued> | undefined)[] = []
  readonly #queued = new Map<number, Queued>()
  readonly #freed: Bulkhead<Queued>[] = []
  #handing = false

  constructor(settings: StrategyModel['concurrency'], calls: Calls, start: (call: number, now: number) => void) {
    this.#settings = settings
    this.#calls = calls
    this.#start = start
  }

  /** Is nobody ever without one? */
  get unlimited(): boolean {
    return this.#settings === null
  }

  /** Does the process have none to give? */
  full(instance: number): boolean {
    const bulkhead = this.#of(instance)
    return bulkhead !== undefined && bulkhead.inFlight >= bulkhead.limit
  }

  enter(call: number): 'entered' | 'queued' | 'refused' {
    const bulkhead = this.#of(this.#calls.instance[call] as number)
    if (bulkhead === undefined) return 'entered'
    if (bulkhead.tryEnter()) {
      this.#calls.set(call, HOLDS_SLOT)
      return 'entered'
    }
    const waiter: Queued = { call, ahead: undefined, behind: undefined, queued: false }
    const entry = bulkhead.enter(waiter)
    if (entry === 'queued') this.#queued.set(call, waiter)
    return entry
  }

  /** Leaves the queue without a slot. */
  cancel(call: number): void {
    const waiter = this.#queued.get(call)
    if (waiter === undefined) return
    this.#queued.delete(call)
    this.#of(this.#calls.instance[call] as number)?.cancel(waiter)
  }

  /** The call's slot, if it holds one, goes to the next. Never nested: of thousands that wait each may end at once. */
  free(call: number, now: number): void {
    if (!this.#calls.is(call, HOLDS_SLOT)) return
    this.#calls.unset(call, HOLDS_SLOT)
    const bulkhead = this.#of(this.#calls.instance[call] as number)
    if (bulkhead === undefined) return
    if (bulkhead.waiting === 0) return void bulkhead.leave()
    this.#freed.push(bulkhead)
    if (this.#handing) return
    this.#handing = true
    for (let next = this.#freed.pop(); next !== undefined; next = this.#freed.pop()) this.#handOn(next.leave(), now)
    this.#handing = false
  }

  #handOn(waiter: Queued | undefined, now: number): void {
    if (waiter === undefined) return
    const { call } = waiter
    this.#queued.delete(call)
    this.#calls.phase[call] = IDLE
    this.#calls.set(call, HOLDS_SLOT)
    this.#start(call, now)
  }

  #of(instance: number): Bulkhead<Queued> | undefined {
    if (this.#settings === null) return undefined
    return (this.#bulkheads[instance] ??= new Bulkhead<Queued>(this.#settings))
  }
}
