import { describe, expect, test } from 'vitest'
import {
  BROKEN,
  type Command,
  type Fault,
  ordersOn,
  REFUSED,
  REQUEST,
  scripted,
} from '../../test/idempotency/faulty-store.js'
import { watched } from '../../test/peers/inventory.js'
import { OptionError } from '../guard/errors.js'
import { OutcomeUnknownError, StoreUnavailableError } from './index.js'

const AT_MOST_ONCE = { ...REQUEST, mode: 'at-most-once' } as const
const DERIVED = { ...REQUEST, mode: 'derived-key' } as const
const FAULTS: readonly Fault[] = ['fail', 'fail-after', 'hang', 'hang-after', 'refused', 'throw', { slow: 5_000 }]

describe('one command fails once', () => {
  const cases = (['begin', 'renew', 'complete', 'changed', 'ready'] as const).flatMap((command) =>
    FAULTS.map((fault) => [command, fault] as const),
  )

  test.for(cases)('%s, %j: the work is done once and its result told', async ([command, fault]) => {
    const { time, orders, faults, nothingLeft } = ordersOn({ wait: '10s' })
    faults.next(command, fault)
    let runs = 0
    const work = () => new Promise<number>((resolve) => time.clock.alarm(35_000, () => resolve(++runs)))
    const first = time.run(orders.outcome(AT_MOST_ONCE, work))
    if (command === 'ready') {
      const refused = await first
      expect(refused).toMatchObject({ ok: false, source: 'refused' })
      expect(await time.run(orders.execute(AT_MOST_ONCE, work))).toBe(1)
    } else {
      expect(await first).toMatchObject({ ok: true, value: 1, source: 'executed', kept: 'store' })
    }
    expect(await time.run(orders.outcome(AT_MOST_ONCE, work))).toMatchObject({ value: 1, source: 'replayed' })
    expect(runs).toBe(1)
    await time.advance(10_000)
    await nothingLeft()
  })

  test.for(FAULTS)('a step cannot be recorded, %j: its result counts all the same', async (fault) => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.next('note', fault)
    const charged = orders.execute(DERIVED, async ({ step }) => ({ charge: await step('charge', () => 'ch_1') }))
    expect(await time.run(charged)).toEqual({ charge: 'ch_1' })
    await time.advance(10_000)
    await nothingLeft()
  })

  test.for(FAULTS)('giving the key back, %j: the handler’s own error is told, and the key is free', async (fault) => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.next('abandon', fault)
    const failed = new Error('503')
    const outcome = await time.run(orders.outcome(DERIVED, () => Promise.reject(failed)))
    expect(outcome).toMatchObject({ ok: false, error: failed, source: 'executed', kept: 'free' })
    await time.run(orders.idle())
    expect(await orders.status(REQUEST)).toEqual({ state: 'free' })
    expect(await time.run(orders.execute(DERIVED, () => 'again'))).toBe('again')
    await time.advance(10_000)
    await nothingLeft()
  })
})

describe('the store cannot be asked for the key', () => {
  test.for(FAULTS)('%j: nothing is done, and it is said that it may be repeated', async (fault) => {
    const { time, orders, faults } = ordersOn()
    await orders.ready()
    faults.always('begin', fault)
    const work = scripted()
    const outcome = await time.run(orders.outcome(AT_MOST_ONCE, work.handler))
    expect(outcome).toMatchObject({ ok: false, source: 'refused' })
    expect(outcome).toHaveProperty('error', expect.any(StoreUnavailableError))
    expect(work.runs).toBe(0)
  })

  test('the error names the store, the wait and the cause', async () => {
    const { time, orders, faults } = ordersOn()
    await orders.ready()
    faults.always('begin', 'refused')
    await expect(time.run(orders.execute(AT_MOST_ONCE, () => 1))).rejects.toMatchObject({
      code: 'TRUCE_STORE_UNAVAILABLE',
      message:
        'orders.create: the faulty store could not be asked, so nothing was done; repeat it with the same key in 1000 ms',
      retryIn: 1_000,
      cause: REFUSED,
    })
  })

  test('a claim that arrived all the same is given back: the key is not in doubt', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    await orders.ready()
    faults.always('begin', 'fail-after')
    await expect(time.run(orders.execute(AT_MOST_ONCE, () => 1))).rejects.toThrow(StoreUnavailableError)
    expect(await orders.status(REQUEST)).toMatchObject({ state: 'running' })
    faults.always('begin', 'none')
    await time.run(orders.idle())
    expect(await orders.status(REQUEST)).toEqual({ state: 'free' })
    expect(await time.run(orders.execute(AT_MOST_ONCE, () => 'done'))).toBe('done')
    await nothingLeft()
  })

  test('for good: the tries to give it back end with the lease', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn({ lease: '30s' })
    await orders.ready()
    faults.always('all', 'hang')
    await expect(time.run(orders.execute(AT_MOST_ONCE, () => 1))).rejects.toThrow(StoreUnavailableError)
    await time.run(orders.idle())
    expect(time.now()).toBeLessThan(40_000)
    await nothingLeft()
  })

  test('with wait 0 it is asked once', async () => {
    const { time, orders, faults } = ordersOn()
    await orders.ready()
    faults.always('begin', 'refused')
    await expect(time.run(orders.execute({ ...AT_MOST_ONCE, wait: 0 }, () => 1))).rejects.toThrow(StoreUnavailableError)
    expect(faults.count('begin')).toBe(1)
  })
})

describe('outage: open', () => {
  const OPEN = { ...DERIVED, outage: 'open' } as const

  test.for(FAULTS.filter((fault) => typeof fault === 'string'))('%j: it runs unguarded, once', async (fault) => {
    const { time, orders, faults } = ordersOn()
    faults.always('all', fault)
    let runs = 0
    const outcome = await time.run(orders.outcome(OPEN, ({ fence }) => ({ run: ++runs, fence })))
    expect(outcome).toMatchObject({ ok: true, value: { run: 1, fence: 0 }, source: 'unguarded', kept: undefined })
    expect(runs).toBe(1)
  })

  test('steps of an unguarded run are done, and recorded nowhere', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.always('all', 'refused')
    const value = time.run(orders.execute(OPEN, async ({ step }) => step('charge', ({ key }) => key)))
    expect(await value).toMatch(/^[0-9a-f-]{36}$/)
    expect(faults.count('note')).toBe(0)
    await nothingLeft()
  })

  test('what it throws is its own', async () => {
    const { time, orders, faults } = ordersOn()
    faults.always('all', 'refused')
    const failed = new Error('no stock')
    const outcome = await time.run(orders.outcome(OPEN, () => Promise.reject(failed)))
    expect(outcome).toEqual({ ok: false, error: failed, source: 'unguarded', kept: undefined })
  })

  test('a store that answers guards', async () => {
    const { time, orders } = ordersOn()
    expect(await time.run(orders.outcome(OPEN, () => 1))).toMatchObject({ source: 'executed' })
    expect(await time.run(orders.outcome(OPEN, () => 2))).toMatchObject({ source: 'replayed', value: 1 })
  })
})

describe('the result cannot be recorded', () => {
  test('at-most-once: the store is asked until the lease ends, then the outcome is unknown', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn({ lease: '30s' })
    faults.always('complete', 'fail')
    const outcome = await time.run(orders.outcome(AT_MOST_ONCE, () => 'charged'))
    expect(outcome).toMatchObject({ ok: false, source: 'executed', kept: 'unknown' })
    expect(outcome).toHaveProperty('error', expect.any(OutcomeUnknownError))
    expect(outcome).toMatchObject({ error: { why: 'store', cause: BROKEN } })
    expect(faults.count('complete')).toBeGreaterThan(5)
    expect(time.now()).toBe(30_000)
    await expect(time.run(orders.execute(AT_MOST_ONCE, () => 'again'))).rejects.toMatchObject({ why: 'before' })
    await nothingLeft()
  })

  test('it comes back in time: the caller waits, and is told the result', async () => {
    const { time, orders, faults } = ordersOn({ lease: '30s' })
    faults.always('complete', 'hang')
    const told = watched(orders.execute(AT_MOST_ONCE, () => 'charged'))
    await time.advance(20_000)
    expect(told.ended).toBe('no')
    faults.always('complete', 'none')
    await time.advance(5_000)
    expect(told).toEqual({ ended: 'well', value: 'charged' })
  })

  test('it was, and only the answer was lost: every caller is told the same', async () => {
    const { time, orders, faults } = ordersOn()
    faults.next('complete', 'hang-after', 'fail-after')
    expect(await time.run(orders.execute(AT_MOST_ONCE, () => 'charged'))).toBe('charged')
    expect(await time.run(orders.execute(AT_MOST_ONCE, () => 'again'))).toBe('charged')
  })

  test('a late answer of the store changes nothing', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.next('begin', { late: 3_000 })
    faults.next('complete', { late: 4_000 })
    let runs = 0
    expect(await time.run(orders.execute({ ...AT_MOST_ONCE, wait: '5s' }, () => ++runs))).toBe(1)
    await time.runAll()
    expect(await time.run(orders.execute(AT_MOST_ONCE, () => ++runs))).toBe(1)
    await nothingLeft()
  })
})

describe('ready', () => {
  test('is asked once for all executions', async () => {
    const { time, orders, faults } = ordersOn()
    const all = ['a', 'b', 'c'].map((key) => orders.execute({ ...AT_MOST_ONCE, key }, () => key))
    expect(await time.run(Promise.all(all))).toEqual(['a', 'b', 'c'])
    await orders.ready()
    expect(faults.count('ready')).toBe(1)
  })

  test.for(['fail', 'throw', 'hang'] as const)('%s, then it recovers: the next call is served', async (fault) => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.next('ready', fault)
    await expect(time.run(orders.execute(AT_MOST_ONCE, () => 1))).rejects.toThrow(StoreUnavailableError)
    expect(await time.run(orders.execute(AT_MOST_ONCE, () => 2))).toBe(2)
    expect(faults.count('ready')).toBe(2)
    await nothingLeft()
  })

  test.for(['fail', 'throw', 'hang'] as const)('%s: asked for itself, it rejects', async (fault) => {
    const { time, orders, faults } = ordersOn()
    faults.next('ready', fault)
    const asked = watched(orders.ready())
    await time.runAll()
    expect(asked.ended).toBe('badly')
    expect(await time.run(orders.ready())).toContain('memory')
  })

  test('a store that says what to change is quoted, not called unavailable', async () => {
    const { time, store, another } = ordersOn()
    const wrong = new OptionError('maxmemory-policy', 'allkeys-lru', 'noeviction')
    const orders = another({ store: { ...store, ready: () => Promise.reject(wrong) } })
    await expect(time.run(orders.execute({ ...DERIVED, outage: 'open' }, () => 1))).rejects.toBe(wrong)
  })

  test('a caller who leaves meanwhile is free at once, and nothing is begun for him', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.next('ready', 'hang')
    const controller = new AbortController()
    const call = watched(orders.execute({ ...AT_MOST_ONCE, signal: controller.signal }, () => 1))
    await time.advance(100)
    controller.abort(new Error('left'))
    await time.settle()
    expect(call).toMatchObject({ ended: 'badly', error: controller.signal.reason as Error })
    await time.runAll()
    expect(faults.count('begin')).toBe(0)
    await nothingLeft()
  })
})

describe('what is asked of the store beside executions ends, whatever the store does', () => {
  test.for<[Command, (on: ReturnType<typeof ordersOn>['orders']) => Promise<unknown>]>([
    ['look', (orders) => orders.status(REQUEST)],
    ['reap', (orders) => orders.reap()],
  ])('%s hangs', async ([command, ask]) => {
    const { time, orders, faults } = ordersOn()
    faults.always(command, 'hang')
    const asked = watched(ask(orders))
    await time.runAll()
    expect(asked.ended).toBe('badly')
    expect((asked.error as Error).message).toContain('the faulty store did not answer in time')
  })
})
