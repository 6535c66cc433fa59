import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, it } from 'vitest'
import { dependency, type DependencyOptions, retry } from '../index.js'
import { type BreakerChange, attempts as records, breakerChanges } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { seeded, virtualTime } from '../testing/index.js'

const DOWN = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const BARE = { budget: 'none', governor: 'none' } as const
const NO_TIME = { effect: 'read', attempts: 1, attemptTimeout: 'none', deadline: 'none' } as const

/** What nobody heard while `act` ran. */
async function unheard(act: () => Promise<unknown>): Promise<unknown[]> {
  const reasons: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => reasons.push(reason))
  try {
    await act()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
  }
  return reasons
}

const ABORTING: [string, (abort: () => void) => unknown][] = [
  ['rejects', (abort) => (abort(), Promise.reject(new Error('own')))],
  [
    'throws',
    (abort) => {
      abort()
      throw new Error('own')
    },
  ],
  [
    'gives a thenable that rejects',
    (abort) => ({
      // oxlint-disable-next-line unicorn/no-thenable -- what a query builder is
      get then() {
        abort()
        return (_: unknown, reject: (reason: unknown) => void) => reject(new Error('own'))
      },
    }),
  ],
]

it.each(ABORTING)('a function that aborts its own caller and %s leaves no rejection unheard', async (_, fn) => {
  const operation = dependency('self', {}).operation('x', { effect: 'read' })
  const calls = [
    (run: () => unknown, signal: AbortSignal) => operation.run(run, { signal }),
    (run: () => unknown, signal: AbortSignal) => retry(run, { signal }),
  ]
  for (const call of calls) {
    const caller = new AbortController()
    const reasons = await unheard(async () => {
      await expect(call(() => fn(() => caller.abort(new Error('left'))), caller.signal)).rejects.toThrow('left')
    })
    expect(reasons).toEqual([])
  }
})

it('a success that completes the minimum opens a count breaker for its cooldown, not for ever', async () => {
  const time = virtualTime({ start: 5_000 })
  const inventory = dependency('count', {
    ...BARE,
    clock: time.clock,
    random: seeded(1),
    breaker: { kind: 'count', size: 20, minimumCalls: 20 },
  })
  const operation = inventory.operation('x', NO_TIME)
  const changes: BreakerChange[] = []
  const off = breakerChanges.on((change) => changes.push(change))
  const ends = Array.from({ length: 20 }, deferred)
  const calls = ends.map(({ promise }) => operation.run(() => promise).catch(() => {}))
  for (const { reject } of ends.slice(1)) reject(DOWN())
  await time.settle()
  ends[0]?.resolve('the last to answer')
  await time.settle()
  await Promise.all(calls)
  off()
  expect(changes).toMatchObject([{ from: 'closed', to: 'open', t: 5_000 }])

  await time.advance(60_000)
  const sent = (): string => 'back'
  await expect(operation.run(sent)).resolves.toBe('back')
})

function deferred() {
  let resolve!: (value: unknown) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise((ok, no) => ((resolve = ok), (reject = no)))
  return { promise, resolve, reject }
}

it('a listener that comes while a call runs gets times, not NaN', async () => {
  const time = virtualTime({ start: 100 })
  const operation = dependency('late', { ...BARE, breaker: 'none', clock: time.clock }).operation('x', NO_TIME)
  const { promise, resolve } = deferred()
  const call = operation.run(() => promise)
  const told: AttemptRecord[] = []
  const off = records.on((record) => told.push(record))
  resolve(1)
  await call
  off()
  expect(told).toHaveLength(1)
  expect(told[0]?.t).not.toBeNaN()
  expect(told[0]?.ms).not.toBeNaN()
})

const tenant = new AsyncLocalStorage<string>()
const FAILS = () => Promise.reject(DOWN())
const HANGS = () => new Promise(() => {})
const LATE: [string, object, () => unknown, DependencyOptions?][] = [
  ['a retry that times out', { attempts: 2, attemptTimeout: 50, backoff: 'none' }, HANGS],
  ['a retry after backoff', { attempts: 2, backoff: { initial: 50, jitter: 'none' } }, FAILS],
  ['a hedge', { attempts: 2, hedge: { after: 20 }, attemptTimeout: 50 }, HANGS],
  ['a wait in the queue', { attempts: 1, attemptTimeout: 'none', deadline: 90 }, HANGS, { concurrency: 1 }],
]

it.each(LATE)('after %s fallback, classifiers and listeners run as their caller', async (_, options, fn, more = {}) => {
  const time = virtualTime()
  const bare = { ...BARE, breaker: 'none', clock: time.clock } as const
  const seen: unknown[] = []
  const noted = (value: unknown): void => void seen.push(value)
  const operation = dependency('mine', { ...bare, ...more }).operation('x', {
    effect: 'read',
    deadline: 5_000,
    exhausted: 'fallback',
    classify: () => noted(tenant.getStore()) as undefined,
    fallback: () => noted(tenant.getStore()),
    ...options,
  })
  const other = dependency('other', bare).operation('o', { effect: 'read', attempts: 1, attemptTimeout: 7 })
  const noise = () => tenant.run('another', () => other.run(HANGS).catch(() => {}))
  const off = records.on(({ dependency: name }) => name === 'mine' && noted(tenant.getStore()))
  if ('concurrency' in more) void tenant.run('mine', () => operation.run(HANGS).catch(() => {}))
  // Not all due in the same moment: else the slot comes free just as the wait ends.
  await time.advance(5)
  const call = tenant.run('mine', () => operation.run(fn, 'concurrency' in more ? { deadline: 30 } : undefined))
  for (let at = 0; at < 60; at++) {
    void noise()
    await time.advance(3)
  }
  await call
  off()
  expect(seen.length).toBeGreaterThan(0)
  expect(new Set(seen)).toEqual(new Set(['mine']))
})

it('an answer that cannot be looked at ends its call all the same', async () => {
  const operation = dependency('proxy', {}).operation('x', {
    effect: 'read',
    exhausted: { cached: { maxAge: '1m', key: ['id'] } },
  })
  const mute = new Proxy(
    {},
    {
      has() {
        throw new Error('no answer')
      },
    },
  )
  const reasons = await unheard(async () => {
    await expect(operation.run(() => mute, { cacheKey: { id: 1 } })).resolves.toBe(mute)
    const ended = operation.outcome(() => mute, { cacheKey: { id: 1 } }).then(({ ok }) => ok)
    const later = new Promise((resolve) => setTimeout(() => resolve('hangs'), 50))
    expect(await Promise.race([ended, later])).toBe(true)
  })
  expect(reasons).toEqual([])
})

it("through retry() the deadline above is still the calls' below", async () => {
  const outer = dependency('outer', {}).operation('x', { effect: 'read', attemptTimeout: 100, deadline: 200 })
  const inner = dependency('inner', {}).operation('y', NO_TIME)
  const left: number[] = []
  await outer.run((above) =>
    retry((between) => inner.run(({ remaining }) => left.push(between.remaining, remaining), { context: between }), {
      context: above,
    }),
  )
  for (const ms of left) expect(ms).toBeLessThanOrEqual(100)
})
