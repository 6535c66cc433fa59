import { describe, expect, test } from 'vitest'
import { virtualTime } from '../testing/index.js'
import { idempotency, InProgressError, KeyConflictError, memory, OutcomeUnknownError } from './index.js'

const REQUEST = { tenant: 'acme', operation: 'orders.create', key: 'order-1', payload: { sku: 'tea', count: 2 } }

describe('a repeat', () => {
  test('gets the result of the first run', async () => {
    const orders = idempotency({ store: memory(), ttl: '24h' })
    let runs = 0
    const create = () => orders.outcome({ ...REQUEST, mode: 'at-most-once' }, () => ({ order: ++runs }))
    expect(await create()).toMatchObject({ ok: true, value: { order: 1 }, source: 'executed', kept: 'store' })
    expect(await create()).toMatchObject({ ok: true, value: { order: 1 }, source: 'replayed' })
    expect(runs).toBe(1)
  })

  test('of another payload is refused, also while the first one runs', async () => {
    const orders = idempotency({ store: memory(), ttl: '24h' })
    let finish: (value: string) => void = () => undefined
    const first = orders.execute({ ...REQUEST, mode: 'derived-key' }, () => new Promise<string>((r) => (finish = r)))
    const other = { ...REQUEST, payload: { sku: 'tea', count: 3 }, mode: 'derived-key' } as const
    await expect(orders.execute(other, () => 'other')).rejects.toThrow(KeyConflictError)
    finish('first')
    expect(await first).toBe('first')
    await expect(orders.execute(other, () => 'other')).rejects.toThrow(KeyConflictError)
  })

  test('while it runs waits for the result, or is told to come back', async () => {
    const orders = idempotency({ store: memory(), ttl: '24h' })
    let finish: (value: string) => void = () => undefined
    const first = orders.execute({ ...REQUEST, mode: 'derived-key' }, () => new Promise<string>((r) => (finish = r)))
    const waiting = orders.execute({ ...REQUEST, mode: 'derived-key' }, () => 'second')
    const atOnce = orders.execute({ ...REQUEST, mode: 'derived-key', wait: 0 }, () => 'third')
    await expect(atOnce).rejects.toThrow(InProgressError)
    finish('first')
    expect(await Promise.all([first, waiting])).toEqual(['first', 'first'])
  })
})

test('at-most-once: a run that ended in the dark is not run again', async () => {
  const time = virtualTime()
  const store = memory({ now: () => time.now() })
  const orders = idempotency({ store, ttl: '24h', lease: '10s', clock: time.clock })
  let runs = 0
  const fails = orders.outcome({ ...REQUEST, mode: 'at-most-once' }, () => {
    runs++
    throw new Error('reset')
  })
  expect(await fails).toMatchObject({ ok: false, kept: 'unknown' })
  await expect(orders.execute({ ...REQUEST, mode: 'at-most-once' }, () => runs++)).rejects.toThrow(OutcomeUnknownError)
  expect(runs).toBe(1)
})
