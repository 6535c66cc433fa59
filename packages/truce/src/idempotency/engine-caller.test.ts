import { getEventListeners } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ordersOn, REQUEST, scripted } from '../../test/idempotency/faulty-store.js'
import { watched } from '../../test/peers/inventory.js'
import { OptionError } from '../guard/errors.js'
import { InvalidKeyError, InvalidPayloadError, type Verdict } from './index.js'

const AT_MOST_ONCE = { ...REQUEST, mode: 'at-most-once' } as const
const left = new Error('left')

/** An execution whose caller can leave. */
function leaving() {
  const controller = new AbortController()
  return { request: { ...AT_MOST_ONCE, signal: controller.signal }, leave: () => controller.abort(left) }
}

describe('a caller who leaves', () => {
  test('before it is asked: nothing is asked of the store', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    const { request, leave } = leaving()
    leave()
    const outcome = await time.run(orders.outcome(request, () => 1))
    expect(outcome).toEqual({ ok: false, error: left, source: 'refused' })
    expect(faults.count('begin')).toBe(0)
    await nothingLeft()
  })

  test('while it is claimed: the claim is given back', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    await orders.ready()
    faults.next('begin', { slow: 500 })
    const { request, leave } = leaving()
    const work = scripted()
    const call = watched(orders.outcome(request, work.handler))
    await time.advance(100)
    leave()
    await time.settle()
    expect(call.value).toEqual({ ok: false, error: left, source: 'refused' })
    await time.run(orders.idle())
    expect(work.runs).toBe(0)
    expect(await orders.status(REQUEST)).toEqual({ state: 'free' })
    await nothingLeft()
  })

  test('while it waits for another run: at once, and nothing stays armed', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    const work = scripted<string>()
    const first = watched(orders.execute(AT_MOST_ONCE, work.handler))
    await time.settle()
    const { request, leave } = leaving()
    const call = watched(orders.outcome(request, () => 'other'))
    await time.advance(100)
    const waiting = faults.asked.find(({ command }) => command === 'changed')?.args[2] as AbortSignal
    expect(waiting.aborted).toBe(false)
    leave()
    await time.settle()
    expect(call.value).toEqual({ ok: false, error: left, source: 'refused' })
    expect(waiting.aborted).toBe(true)
    // Only the heartbeat and the timeout of the other one.
    expect(time.pending.map(({ keepsAlive }) => keepsAlive)).toEqual([false, false])
    work.succeed('first')
    await time.settle()
    expect(first.value).toBe('first')
    await nothingLeft()
  })

  test('while it works: the work goes on and is recorded', async () => {
    const { time, orders, nothingLeft } = ordersOn()
    const { request, leave } = leaving()
    let aborted: boolean | undefined
    const work = scripted<string>()
    const call = watched(
      orders.outcome(request, async ({ signal }) => {
        const value = await work.handler()
        aborted = signal.aborted
        return value
      }),
    )
    await time.advance(100)
    leave()
    await time.settle()
    expect(call.value).toEqual({ ok: false, error: left, source: 'executed' })
    work.succeed('done')
    await time.run(orders.idle())
    expect(aborted).toBe(false)
    expect(await time.run(orders.outcome(AT_MOST_ONCE, () => 2))).toMatchObject({ value: 'done', source: 'replayed' })
    await nothingLeft()
  })

  test('while its result is recorded: it is recorded', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn()
    faults.next('complete', 'fail', 'fail')
    const { request, leave } = leaving()
    const call = watched(orders.outcome(request, () => 'done'))
    await time.settle()
    leave()
    await time.settle()
    expect(call.value).toEqual({ ok: false, error: left, source: 'executed' })
    await time.run(orders.idle())
    expect(await time.run(orders.execute(AT_MOST_ONCE, () => 'again'))).toBe('done')
    await nothingLeft()
  })

  test('while it is found out what the run before did: nothing is begun any more', async () => {
    const { time, orders, nothingLeft } = ordersOn()
    await time.run(orders.outcome(AT_MOST_ONCE, () => Promise.reject(new Error('reset'))))
    const { request, leave } = leaving()
    const work = scripted()
    const hook = scripted<Verdict<never>>()
    const call = watched(orders.outcome({ ...request, reconcile: hook.handler }, work.handler))
    await time.settle()
    leave()
    await time.settle()
    expect(call.value).toEqual({ ok: false, error: left, source: 'refused' })
    hook.succeed({ applied: false })
    await time.run(orders.idle())
    expect(work.runs).toBe(0)
    expect(await orders.status(REQUEST)).toEqual({ state: 'unknown' })
    await nothingLeft()
  })

  test('while the result of an earlier run is recalled: at once', async () => {
    const { time, orders, nothingLeft } = ordersOn({ largestResult: 10 })
    await time.run(orders.execute(AT_MOST_ONCE, () => 'a long result'))
    const { request, leave } = leaving()
    const recall = () => new Promise<string>(() => undefined)
    const call = watched(orders.outcome({ ...request, recall }, () => 'again'))
    await time.settle()
    leave()
    await time.settle()
    expect(call).toMatchObject({ ended: 'well', value: { ok: false, error: left } })
    await nothingLeft()
  })

  test('after its end: nothing', async () => {
    const { time, orders, nothingLeft } = ordersOn()
    const { request, leave } = leaving()
    expect(await time.run(orders.outcome(request, () => 1))).toMatchObject({ ok: true, value: 1 })
    leave()
    await nothingLeft()
  })
})

test('a signal that lives on is listened to once, however many share it, and no longer than they last', async () => {
  const { time, orders, nothingLeft } = ordersOn()
  const { signal } = new AbortController()
  const warnings: Error[] = []
  const warned = (warning: Error) => void warnings.push(warning)
  process.on('warning', warned)
  onTestFinished(() => void process.off('warning', warned))
  const calls = Array.from({ length: 50 }, (_, n) =>
    orders.execute(
      { ...AT_MOST_ONCE, key: `k${n}`, signal },
      () => new Promise((end) => time.clock.alarm(10, () => end(n))),
    ),
  )
  await time.settle()
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  await time.run(Promise.all(calls))
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(warnings).toEqual([])
  await nothingLeft()
})

describe('bad input: a clear error, and nothing is asked of the store', () => {
  const cases: readonly (readonly [string, object, new (...args: never[]) => Error])[] = [
    ['an empty key', { key: '' }, InvalidKeyError],
    ['a key of 300 characters', { key: 'k'.repeat(300) }, InvalidKeyError],
    ['a key with a control character', { key: 'a\u0007' }, InvalidKeyError],
    ['a key that is a number', { key: 5 }, InvalidKeyError],
    ['no tenant', { tenant: '' }, OptionError],
    ['half a tenant', { tenant: '\ud800' }, OptionError],
    ['a tenant that is a number', { tenant: 5 }, OptionError],
    ['no operation', { operation: undefined }, OptionError],
    ['no payload', { payload: undefined }, InvalidPayloadError],
    ['a payload that is no JSON', { payload: { at: 1n } }, InvalidPayloadError],
    ['no mode', { mode: undefined }, OptionError],
    ['an unknown mode', { mode: 'exactly-once' }, OptionError],
    ['a misspelt option', { timout: '5s' }, OptionError],
    ['a mode that the store has not', { mode: 'transaction' }, OptionError],
  ]
  test.for(cases)('%s', async ([, changes, kind]) => {
    const { orders, faults, nothingLeft } = ordersOn()
    const work = scripted()
    const request = { ...AT_MOST_ONCE, ...changes } as typeof AT_MOST_ONCE
    await expect(orders.execute(request, work.handler)).rejects.toThrow(kind)
    await expect(orders.outcome(request, work.handler)).rejects.toThrow(kind)
    expect([work.runs, faults.asked]).toEqual([0, []])
    await nothingLeft()
  })

  test('a handler that is none', async () => {
    const { orders, faults } = ordersOn()
    await expect(orders.execute(AT_MOST_ONCE, 5 as never)).rejects.toThrow(OptionError)
    expect(faults.asked).toEqual([])
  })

  test('a payload whose getter throws', async () => {
    const { orders, faults } = ordersOn()
    const error = new Error('not loaded')
    const payload = {
      get lines(): never {
        throw error
      },
    }
    await expect(orders.execute({ ...AT_MOST_ONCE, payload }, () => 1)).rejects.toBe(error)
    expect(faults.asked).toEqual([])
  })

  test.for([undefined, null, 5, [], 'key'])('%j instead of a request', async (request) => {
    const { orders } = ordersOn()
    await expect(orders.execute(request as never, () => 1)).rejects.toThrow(OptionError)
  })

  test.for([{ tenant: 'acme' }, undefined, { ...REQUEST, key: '' }])('a status of %j', async (key) => {
    const { orders, faults } = ordersOn()
    await expect(orders.status(key as never)).rejects.toThrow(/option|key/)
    expect(faults.asked).toEqual([])
  })
})

test('a payload that the handler changes is the one that it was', async () => {
  const { time, orders } = ordersOn()
  const payload = { lines: [1] }
  await time.run(orders.execute({ ...AT_MOST_ONCE, payload }, () => payload.lines.push(2)))
  expect(await time.run(orders.execute({ ...AT_MOST_ONCE, payload: { lines: [1] } }, () => 'again'))).toBe(2)
})

describe('close', () => {
  test('waits for what is under way, and begins nothing more', async () => {
    const { time, orders, faults } = ordersOn()
    const work = scripted<string>()
    const call = watched(orders.execute(AT_MOST_ONCE, work.handler))
    await time.settle()
    const closed = watched(orders.close())
    const asked = faults.asked.length
    const late = await time.run(orders.outcome({ ...AT_MOST_ONCE, key: 'late' }, () => 1))
    expect(late).toMatchObject({ ok: false, source: 'refused', error: { code: 'TRUCE_STORE_UNAVAILABLE' } })
    expect(faults.asked.length).toBe(asked)
    expect(closed.ended).toBe('no')
    work.succeed('done')
    await time.settle()
    expect([call.value, closed.ended]).toEqual(['done', 'well'])
  })

  test('waits for a call that waits for the store to be ready', async () => {
    const { time, orders, faults } = ordersOn()
    faults.next('ready', { slow: 500 })
    const call = watched(orders.execute(AT_MOST_ONCE, () => 'done'))
    const closed = watched(orders.close())
    await time.advance(400)
    expect([call.ended, closed.ended]).toEqual(['no', 'no'])
    await time.runAll()
    expect([call.value, closed.ended]).toEqual(['done', 'well'])
  })

  test('waits for work whose caller has left', async () => {
    const { time, orders } = ordersOn()
    const { request, leave } = leaving()
    const work = scripted<string>()
    const call = watched(orders.execute(request, work.handler))
    await time.settle()
    leave()
    const closed = watched(orders.close())
    await time.settle()
    expect([call.ended, closed.ended]).toEqual(['badly', 'no'])
    work.succeed('done')
    await time.settle()
    expect(closed.ended).toBe('well')
  })
})
