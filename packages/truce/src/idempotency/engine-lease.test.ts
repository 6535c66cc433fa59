import { describe, expect, test } from 'vitest'
import { ordersOn, REQUEST, scripted } from '../../test/idempotency/faulty-store.js'
import { watched } from '../../test/peers/inventory.js'
import { duplicates } from '../telemetry/events.js'
import { countedKeys, type Duplicate } from '../telemetry/idempotency.js'
import { InProgressError, LeaseLostError, OutcomeUnknownError } from './index.js'

const AT_MOST_ONCE = { ...REQUEST, mode: 'at-most-once' } as const
const DERIVED = { ...REQUEST, mode: 'derived-key' } as const

test('long work keeps its key: a lease is renewed for as long as it works', async () => {
  const { time, orders, faults, another, nothingLeft } = ordersOn({ lease: '30s', timeout: 'none' })
  const work = scripted<string>()
  const first = watched(orders.execute(AT_MOST_ONCE, work.handler))
  await time.advance(3_600_000)
  expect(faults.count('renew')).toBe(360)
  await expect(time.run(another().execute(AT_MOST_ONCE, () => 'other'))).rejects.toThrow(InProgressError)
  work.succeed('done')
  await time.settle()
  expect(first).toEqual({ ended: 'well', value: 'done' })
  await nothingLeft()
})

test('a heartbeat that hangs does not stop the next one', async () => {
  const { time, orders, faults, nothingLeft } = ordersOn({ lease: '30s' })
  faults.next('renew', 'hang')
  const first = watched(
    orders.execute(AT_MOST_ONCE, () => new Promise((end) => time.clock.alarm(60_000, () => end(1)))),
  )
  await time.advance(60_000)
  expect(first).toEqual({ ended: 'well', value: 1 })
  await nothingLeft()
})

describe('the store is down for longer than the lease', () => {
  test('the handler is told, its caller too, and what it did in the end is recorded all the same', async () => {
    const { time, orders, faults, nothingLeft } = ordersOn({ lease: '30s' })
    let signal: AbortSignal | undefined
    const work = scripted<string>()
    const handler = (given: { signal: AbortSignal }) => {
      signal = given.signal
      return work.handler()
    }
    const first = watched(orders.execute(AT_MOST_ONCE, handler))
    await time.settle()
    faults.always('all', 'hang')
    await time.advance(29_999)
    expect([first.ended, signal?.aborted]).toEqual(['no', false])
    await time.advance(1)
    expect(signal?.reason).toBeInstanceOf(LeaseLostError)
    expect(String(signal?.reason)).toContain('the store could not be asked to renew it')
    expect(first.error).toBeInstanceOf(OutcomeUnknownError)
    expect(first.error).toMatchObject({ why: 'lease' })
    faults.always('all', 'none')
    work.succeed('done')
    await time.settle()
    expect(await time.run(orders.execute(AT_MOST_ONCE, () => 'again'))).toBe('done')
    await nothingLeft()
  })

  test('derived-key: another one takes over; whoever was first learns its result and is counted', async () => {
    const { time, orders, faults, another, nothingLeft } = ordersOn({ lease: '30s', service: 'lease-test' })
    const told: Duplicate[] = []
    const off = duplicates.on((event) => told.push(event))
    const work = scripted<string>()
    const first = watched(orders.outcome(DERIVED, work.handler))
    await time.settle()
    faults.always('renew', 'hang')
    await time.advance(30_000)
    expect(first.value).toMatchObject({ ok: false, kept: 'unknown' })
    const second = another()
    expect(await time.run(second.execute(DERIVED, ({ takeover }) => `second ${takeover}`))).toBe('second true')
    work.succeed('first')
    await time.settle()
    expect(await time.run(second.execute(DERIVED, () => 'third'))).toBe('second true')
    expect(told).toMatchObject([{ service: 'lease-test', operation: 'orders.create' }])
    expect(countedKeys().find(({ service }) => service === 'lease-test')).toMatchObject({ duplicates: 1 })
    off()
    await nothingLeft()
  })

  test('whoever finds at its end that the key is gone gets the winner’s result, and is counted', async () => {
    const { time, orders, another, leap, nothingLeft } = ordersOn({ lease: '30s', service: 'lease-late' })
    const work = scripted<string>()
    const first = watched(orders.outcome(DERIVED, work.handler))
    await time.settle()
    leap(31_000)
    const thief = another()
    expect(await time.run(thief.execute(DERIVED, () => 'second'))).toBe('second')
    work.succeed('first')
    await time.settle()
    expect(first.value).toMatchObject({ ok: true, value: 'second', source: 'replayed' })
    expect(countedKeys().find(({ service }) => service === 'lease-late')).toMatchObject({ duplicates: 1, prevented: 0 })
    await nothingLeft()
  })
})

test('a heartbeat that learns that the key is gone stops the work, and its caller is told the winner’s result', async () => {
  const { time, orders, another, leap, nothingLeft } = ordersOn({ lease: '30s' })
  const work = scripted<string>()
  let signal: AbortSignal | undefined
  const first = watched(orders.outcome(DERIVED, (given) => ((signal = given.signal), work.handler())))
  await time.settle()
  leap(31_000)
  expect(await time.run(another().execute(DERIVED, () => 'second'))).toBe('second')
  await time.advance(10_000)
  expect(String(signal?.reason)).toContain('another worker has taken its key over')
  expect(first.value).toMatchObject({ ok: true, value: 'second', source: 'replayed' })
  work.succeed('first')
  await nothingLeft()
})

test('a step after the key is gone is not done', async () => {
  const { time, orders, another, leap, nothingLeft } = ordersOn({ lease: '30s', wait: 0 })
  const work = scripted<string>()
  let shipped = 0
  const first = orders.outcome(DERIVED, async ({ step }) => {
    await step('charge', () => work.handler())
    return step('ship', () => ++shipped)
  })
  const ended = watched(first)
  await time.settle()
  leap(31_000)
  const other = scripted<string>()
  const second = watched(another().execute(DERIVED, other.handler))
  await time.settle()
  work.succeed('ch_1')
  await time.settle()
  // It ran, and was told that another one is at work.
  expect(ended.value).toMatchObject({ ok: false, source: 'executed', error: { code: 'TRUCE_IN_PROGRESS' } })
  expect(shipped).toBe(0)
  other.succeed('second')
  await time.settle()
  expect(second.value).toBe('second')
  await nothingLeft()
})

test('work past its timeout is told, loses its key with the lease, and counts if nobody took over', async () => {
  const { time, orders, nothingLeft } = ordersOn({ lease: '30s', timeout: '60s' })
  const work = scripted<string>()
  let signal: AbortSignal | undefined
  const first = watched(orders.execute(AT_MOST_ONCE, (given) => ((signal = given.signal), work.handler())))
  await time.advance(60_000)
  expect(String(signal?.reason)).toContain('it ran longer than its timeout')
  expect(first.ended).toBe('no')
  await time.advance(30_000)
  expect(first.error).toMatchObject({ code: 'TRUCE_OUTCOME_UNKNOWN', why: 'lease' })
  expect(time.pending).toEqual([])
  work.succeed('late')
  await time.settle()
  expect(await time.run(orders.execute(AT_MOST_ONCE, () => 'again'))).toBe('late')
  await nothingLeft()
})

test('idle waits for work that lost its key: it still writes', async () => {
  const { time, orders, another, leap } = ordersOn({ lease: '30s' })
  const work = scripted<string>()
  const first = watched(orders.execute(DERIVED, work.handler))
  await time.settle()
  leap(31_000)
  await time.run(another().execute(DERIVED, () => 'second'))
  await time.advance(10_000)
  expect(first.value).toBe('second')
  const idle = watched(orders.idle())
  await time.settle()
  expect(idle.ended).toBe('no')
  work.succeed('first')
  await time.settle()
  expect(idle.ended).toBe('well')
})

test('a signal of work that has ended aborts no more: what it fetched may still be read', async () => {
  const { time, orders, faults, nothingLeft } = ordersOn({ lease: '30s' })
  let signal: AbortSignal | undefined
  faults.next('renew', { late: 1_000 })
  const work = scripted<string>()
  const first = watched(orders.execute(DERIVED, (given) => ((signal = given.signal), work.handler())))
  await time.advance(10_000)
  work.succeed('done')
  await time.advance(2_000)
  expect([first.value, signal?.aborted]).toEqual(['done', false])
  await nothingLeft()
})

// The signal was aborted before its first line, and another worker could be at the key already.
test('no handler begins after a reconcile hook that took all of its time', async () => {
  const { time, orders, nothingLeft } = ordersOn({ lease: '30s', timeout: '10s' })
  const failing = orders.outcome(AT_MOST_ONCE, () => Promise.reject(new Error('reset')))
  expect(await time.run(failing)).toMatchObject({ kept: 'unknown' })
  const reconcile = () =>
    new Promise<{ applied: false }>((end) => time.clock.alarm(20_000, () => end({ applied: false })))
  const repeat = orders.outcome({ ...AT_MOST_ONCE, reconcile }, () => expect.fail('it ran'))
  expect(await time.run(repeat)).toMatchObject({ ok: false, error: { why: 'reconcile' } })
  await nothingLeft()
})
