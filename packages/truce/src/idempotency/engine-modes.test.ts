import { describe, expect, test } from 'vitest'
import { ordersOn, REQUEST, scripted } from '../../test/idempotency/faulty-store.js'
import { watched } from '../../test/peers/inventory.js'
import { fingerprint } from './fingerprint.js'
import { type IdempotencyStore, type Mode, OutcomeUnknownError, type Verdict } from './index.js'
import { scopeOf } from './scope.js'

const AT_MOST_ONCE = { ...REQUEST, mode: 'at-most-once' } as const
const DERIVED = { ...REQUEST, mode: 'derived-key' } as const

describe('derived-key', () => {
  test('a run that is done again gets what its finished steps gave, and the other ones their keys', async () => {
    const { time, orders, nothingLeft } = ordersOn()
    const calls: [string, string][] = []
    let fails = true
    const pay = () =>
      orders.outcome(DERIVED, async ({ step, derive, takeover }) => {
        const charge = await step('charge', ({ key }) => (calls.push(['charge', key]), { id: 'ch_1' }))
        await step('__proto__', ({ key }) => void calls.push(['__proto__', key]))
        await step('constructor', ({ key }) => void calls.push(['constructor', key]))
        await step('ship', ({ key }) => {
          calls.push(['ship', key])
          expect(key).toBe(derive('ship'))
          if (fails) throw new Error('reset')
        })
        return { ...charge, takeover }
      })
    expect(await time.run(pay())).toMatchObject({ ok: false, kept: 'free' })
    fails = false
    expect(await time.run(pay())).toMatchObject({ ok: true, value: { id: 'ch_1', takeover: true } })
    expect(calls.map(([name]) => name)).toEqual(['charge', '__proto__', 'constructor', 'ship', 'ship'])
    expect(new Set(calls.map(([, key]) => key)).size).toBe(4)
    await nothingLeft()
  })

  test('a step that failed may be tried again within its run, with the same key', async () => {
    const { time, orders } = ordersOn()
    const keys: string[] = []
    const ended = orders.execute(DERIVED, async ({ step }) => {
      const charge = ({ key }: { key: string }) => {
        if (keys.push(key) < 3) throw new Error('reset')
        return 'ch_1'
      }
      for (;;) {
        try {
          return await step('charge', charge)
        } catch {
          expect(keys.length).toBeLessThan(3)
        }
      }
    })
    expect(await time.run(ended)).toBe('ch_1')
    expect(new Set(keys).size).toBe(1)
  })

  test.for(['', undefined, 5, '\ud800'])('a step called %j is refused before it begins', async (name) => {
    const { time, orders } = ordersOn()
    const call = scripted()
    const ended = orders.execute(DERIVED, ({ step }) => step(name as string, call.handler))
    await expect(time.run(ended)).rejects.toMatchObject({ code: 'TRUCE_OPTION' })
    expect(call.runs).toBe(0)
  })

  test('two steps of one name are two wishes under one key', async () => {
    const { time, orders } = ordersOn()
    const both = orders.execute(DERIVED, ({ step }) => Promise.all([step('charge', () => 1), step('charge', () => 2)]))
    await expect(time.run(both)).rejects.toThrow('a name that no other step of this run has')
  })

  test('a crash is done again by the next one, once its lease has ended', async () => {
    const { time, orders, store } = ordersOn({ lease: '30s', wait: 0 })
    await crashed(store, 'derived-key')
    const pay = () => orders.outcome(DERIVED, ({ takeover, step }) => step('charge', () => `again ${takeover}`))
    expect(await time.run(pay())).toMatchObject({ error: { code: 'TRUCE_IN_PROGRESS' } })
    await time.advance(30_000)
    expect(await time.run(pay())).toMatchObject({ ok: true, value: 'done before' })
  })
})

/** What a process leaves behind that dies in the middle of its work. */
async function crashed(store: IdempotencyStore, mode: Mode): Promise<void> {
  const scope = scopeOf(REQUEST.tenant, REQUEST.operation, REQUEST.key)
  const claim = {
    fingerprint: fingerprint(REQUEST.payload, undefined),
    mode,
    run: 'dead',
    lease: 30_000,
    ttl: 86_400_000,
  }
  const begun = await store.begin(scope, { ...claim, reconcile: false })
  if (begun.is !== 'granted') return expect.fail('another one has the key')
  await store.note(scope, { fence: begun.fence, lease: 30_000, name: 'charge', result: 'v"done before"' })
}

test('at-most-once: a crash is never done again by itself', async () => {
  const { time, orders, store } = ordersOn({ lease: '30s', wait: 0 })
  await crashed(store, 'at-most-once')
  await time.advance(30_000)
  const work = scripted()
  for (let repeat = 0; repeat < 3; repeat++) {
    const outcome = await time.run(orders.outcome(AT_MOST_ONCE, work.handler))
    expect(outcome).toMatchObject({
      ok: false,
      source: 'refused',
      error: { code: 'TRUCE_OUTCOME_UNKNOWN', why: 'before' },
    })
  }
  // Nor by a caller of another mode.
  expect(await time.run(orders.outcome(DERIVED, work.handler))).toMatchObject({ error: { why: 'before' } })
  expect(work.runs).toBe(0)
})

describe('at-most-once: a run that ended in the dark', () => {
  const dark = async (on: ReturnType<typeof ordersOn>) => {
    await on.time.run(on.orders.outcome(AT_MOST_ONCE, () => Promise.reject(new Error('reset'))))
    expect(await on.orders.status(REQUEST)).toEqual({ state: 'unknown' })
  }

  test('is found out to have been applied: that is its result from then on', async () => {
    const on = ordersOn()
    await dark(on)
    const work = scripted<string>()
    const reconcile = ({ fence, derive }: { fence: number; derive: (step: string) => string }): Verdict<string> => {
      expect(fence).toBeGreaterThan(0)
      expect(derive('charge')).toMatch(/^[0-9a-f-]{36}$/)
      return { applied: true, value: 'found' }
    }
    const outcome = await on.time.run(on.orders.outcome({ ...AT_MOST_ONCE, reconcile }, work.handler))
    expect(outcome).toMatchObject({ ok: true, value: 'found', source: 'reconciled', kept: 'store' })
    expect(await on.time.run(on.orders.outcome(AT_MOST_ONCE, work.handler))).toMatchObject({
      value: 'found',
      source: 'replayed',
    })
    expect(work.runs).toBe(0)
    await on.nothingLeft()
  })

  test('what was found is kept, whatever it looks like', async () => {
    const on = ordersOn()
    await dark(on)
    const value = { status: 503, headers: {} }
    const reconcile = () => ({ applied: true, value }) as const
    expect(await on.time.run(on.orders.outcome({ ...AT_MOST_ONCE, reconcile }, () => value))).toMatchObject({
      ok: true,
      value,
    })
    expect(await on.time.run(on.orders.outcome(AT_MOST_ONCE, () => value))).toMatchObject({ ok: true, value })
  })

  test('is found out not to have been: it is done, under the same hold', async () => {
    const on = ordersOn()
    await dark(on)
    const outcome = on.orders.outcome({ ...AT_MOST_ONCE, reconcile: () => ({ applied: false }) }, () => 'done')
    expect(await on.time.run(outcome)).toMatchObject({ ok: true, value: 'done', source: 'executed', kept: 'store' })
    await on.nothingLeft()
  })

  test.for<[string, () => unknown]>([
    ['says that it cannot tell', () => 'unknown'],
    ['throws', () => expect.fail('replica is down')],
    ['rejects', () => Promise.reject(new Error('replica is down'))],
    ['gives nothing', () => undefined],
    ['gives null', () => null],
    ['gives true', () => true],
    ['gives text', () => 'applied'],
    ['gives half an answer', () => ({ value: 'found' })],
    ['gives another answer', () => ({ applied: 'yes' })],
    [
      'gives what throws when it is read',
      () => ({
        get applied(): never {
          throw new Error('lazy')
        },
      }),
    ],
  ])('a hook that %s leaves it unknown, and nothing runs', async ([, reconcile]) => {
    const on = ordersOn()
    await dark(on)
    const work = scripted<string>()
    const request = { ...AT_MOST_ONCE, reconcile: reconcile as () => 'unknown' }
    const outcome = await on.time.run(on.orders.outcome(request, work.handler))
    expect(outcome).toMatchObject({ ok: false, source: 'refused', kept: 'unknown', error: { why: 'reconcile' } })
    expect(work.runs).toBe(0)
    expect(await on.orders.status(REQUEST)).toEqual({ state: 'unknown' })
    await on.nothingLeft()
  })

  test('a hook whose key goes meanwhile: nothing runs, and the other one’s result is told', async () => {
    const on = ordersOn({ lease: '30s' })
    await dark(on)
    const hook = scripted<Verdict<string>>()
    const work = scripted<string>()
    const call = watched(on.orders.outcome({ ...AT_MOST_ONCE, reconcile: hook.handler }, work.handler))
    await on.time.settle()
    on.leap(31_000)
    const other = on
      .another()
      .outcome({ ...AT_MOST_ONCE, reconcile: () => ({ applied: true, value: 'found' }) }, () => 'x')
    expect(await on.time.run(other)).toMatchObject({ value: 'found' })
    await on.time.advance(10_000)
    expect(call.value).toMatchObject({ ok: true, value: 'found', source: 'replayed' })
    hook.succeed({ applied: false })
    await on.time.settle()
    expect(work.runs).toBe(0)
    await on.nothingLeft()
  })

  test('a hook that never ends is told when its lease ends, and its caller too', async () => {
    const on = ordersOn({ lease: '30s', timeout: '60s' })
    await dark(on)
    const hook = scripted<Verdict<string>>()
    const call = watched(on.orders.outcome({ ...AT_MOST_ONCE, reconcile: hook.handler }, () => 'x'))
    await on.time.advance(90_000)
    expect(call.value).toMatchObject({ ok: false, source: 'refused', error: expect.any(OutcomeUnknownError) as Error })
    expect(on.time.pending).toEqual([])
    hook.succeed({ applied: false })
    await on.nothingLeft()
  })
})
