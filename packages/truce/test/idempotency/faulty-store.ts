/**
 * Faulty store: the memory store behind a network that a test can break, and an engine on it in virtual time.
 *
 * What hurts in production is not a store that is down but one that did what it was asked and could not say so. So
 * every command can fail before it is done or after, hang before or after, answer late, or throw where a promise
 * was promised.
 *
 * @module
 */
import {
  type Idempotency,
  idempotency,
  type IdempotencyOptions,
  type IdempotencyStore,
  memory,
} from 'truce/idempotency'
import { type VirtualTime, virtualTime } from 'truce/testing'
import { expect } from 'vitest'
import type { Clock } from '../../src/guard/clock.js'

/** What becomes of one command. */
export type Fault =
  | 'none'
  /** Never reaches the store, and nobody says so. */
  | 'hang'
  /** Done, and its answer is lost. */
  | 'hang-after'
  /** Fails on its way; nobody knows how far it came. */
  | 'fail'
  /** Done; then the connection breaks. */
  | 'fail-after'
  /** The connection was refused: surely not sent. */
  | 'refused'
  /** Throws instead of giving a promise. */
  | 'throw'
  /** Reaches the store so many ms late. */
  | { readonly late: number }
  /** Is done at once, and answered so many ms late. */
  | { readonly slow: number }

const COMMANDS = ['begin', 'renew', 'note', 'complete', 'abandon', 'look', 'ready', 'changed', 'reap'] as const
export type Command = (typeof COMMANDS)[number]

/** One command, as the store's side of the network saw it asked. */
export interface Asked {
  readonly command: Command
  readonly at: number
  readonly args: readonly unknown[]
}

export interface Faults {
  /** The next commands of this kind, one after the other; afterwards what `always` says. */
  next(command: Command, ...faults: readonly Fault[]): void
  /** Every command of this kind, until told otherwise. */
  always(command: Command | 'all', fault: Fault): void
  /** All that was asked, in order. */
  readonly asked: readonly Asked[]
  /** How often a command was asked. */
  count(command: Command): number
}

export const BROKEN: Error = Object.freeze(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
export const REFUSED: Error = Object.freeze(
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED', syscall: 'connect' }),
)

/** @param inner what it stands before */
export function faulty(inner: IdempotencyStore, clock: Clock): { store: IdempotencyStore; faults: Faults } {
  const asked: Asked[] = []
  const queues = new Map<Command, Fault[]>()
  const standing = new Map<Command, Fault>()

  function through<Args extends readonly unknown[], Answer>(
    command: Command,
    call: (...args: Args) => Promise<Answer>,
  ): (...args: Args) => Promise<Answer> {
    return (...args) => {
      asked.push({ command, at: clock.now(), args })
      const fault = queues.get(command)?.shift() ?? standing.get(command) ?? 'none'
      if (fault === 'throw') throw BROKEN
      return suffer(fault, () => call(...args), clock)
    }
  }

  return {
    store: {
      name: 'faulty',
      begin: through('begin', (...args: Parameters<IdempotencyStore['begin']>) => inner.begin(...args)),
      renew: through('renew', (...args: Parameters<IdempotencyStore['renew']>) => inner.renew(...args)),
      note: through('note', (...args: Parameters<IdempotencyStore['note']>) => inner.note(...args)),
      complete: through('complete', (...args: Parameters<IdempotencyStore['complete']>) => inner.complete(...args)),
      abandon: through('abandon', (...args: Parameters<IdempotencyStore['abandon']>) => inner.abandon(...args)),
      look: through('look', (...args: Parameters<IdempotencyStore['look']>) => inner.look(...args)),
      changed: through('changed', async (scope: string, ms: number, signal: AbortSignal) =>
        inner.changed?.(scope, ms, signal),
      ),
      ready: through('ready', (...args: Parameters<IdempotencyStore['ready']>) => inner.ready(...args)),
      reap: through('reap', (...args: Parameters<IdempotencyStore['reap']>) => inner.reap(...args)),
      close: () => inner.close(),
    },
    faults: {
      asked,
      next: (command, ...faults) => void queues.set(command, [...(queues.get(command) ?? []), ...faults]),
      always: (command, fault) => {
        for (const each of command === 'all' ? COMMANDS : [command]) standing.set(each, fault)
      },
      count: (command) => asked.filter((each) => each.command === command).length,
    },
  }
}

async function suffer<Answer>(fault: Fault, call: () => Promise<Answer>, clock: Clock): Promise<Answer> {
  const pass = (ms: number) => new Promise<void>((resolve) => clock.alarm(ms, resolve))
  const forEver = () => new Promise<never>(() => undefined)
  if (fault === 'fail') throw BROKEN
  if (fault === 'refused') throw REFUSED
  if (fault === 'hang') return forEver()
  if (typeof fault === 'object' && 'late' in fault) await pass(fault.late)
  const answer = await call()
  if (fault === 'fail-after') throw BROKEN
  if (fault === 'hang-after') return forEver()
  if (typeof fault === 'object' && 'slow' in fault) await pass(fault.slow)
  return answer
}

/** An engine of orders on a faulty store, all on one clock that stands still until it is moved. */
export interface Orders {
  readonly time: VirtualTime
  readonly store: IdempotencyStore
  readonly faults: Faults
  readonly orders: Idempotency
  /** Another engine on the same store and clock, as another process has it. */
  readonly another: (options?: Partial<IdempotencyOptions<never>>) => Idempotency
  /** The store's clock leaps ahead of the engines'. */
  readonly leap: (ms: number) => void
  /** Everything is over: no execution under way, no timer armed. */
  readonly nothingLeft: () => Promise<void>
}

/** Where the store's clock begins: another one than the engine's own. */
export const EPOCH = 1_790_000_000_000

export function ordersOn(options: Partial<IdempotencyOptions<never>> = {}): Orders {
  const time = virtualTime()
  let ahead = EPOCH
  const { store, faults } = faulty(memory({ now: () => ahead + time.now() }), time.clock)
  const another: Orders['another'] = (other) =>
    idempotency({ store, ttl: '24h', clock: time.clock, random: () => 0.5, ...options, ...other })
  const orders = another()
  return {
    time,
    store,
    faults,
    orders,
    another,
    leap: (ms) => void (ahead += ms),
    async nothingLeft() {
      await time.run(orders.idle())
      expect(time.pending).toEqual([])
    },
  }
}

/** Whose key it is and what it is about; a mode is to be added. */
export const REQUEST = Object.freeze({
  tenant: 'acme',
  operation: 'orders.create',
  key: 'order-1',
  payload: Object.freeze({ sku: 'tea', count: 2 }),
})

/** A handler that ends when the test says so, and how often it was called. */
export function scripted<Value>(): {
  readonly handler: () => Promise<Value>
  readonly runs: number
  readonly succeed: (value: Value) => void
  readonly fail: (error: Error) => void
} {
  let runs = 0
  let end: { resolve: (value: Value) => void; reject: (error: Error) => void } | undefined
  return {
    handler: () => {
      runs++
      return new Promise((resolve, reject) => (end = { resolve, reject }))
    },
    get runs() {
      return runs
    },
    succeed: (value) => end?.resolve(value),
    fail: (error) => end?.reject(error),
  }
}
