import type { Attempt, Operation, StopReason } from 'truce'
import { virtualTime } from 'truce/testing'
import { describe, expect, test } from 'vitest'
import { contractOf, remembered } from '../contracts.js'
import { guards } from './guards.js'

type Name = keyof ReturnType<typeof guards>

const hanging = ({ signal }: Attempt) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
const unavailable = () => Promise.resolve(new Response('', { status: 503 }))

/** When its attempts began, when it ended and why, ms. Waits are as long as they may be, or 0. */
async function course(name: Name, waits: 'longest' | 'none', meets: typeof hanging | typeof unavailable) {
  const time = virtualTime({ epoch: 0 })
  const random = () => (waits === 'longest' ? 0.999_999 : 0)
  const operation: Operation = guards(contractOf('order', { clock: time.clock, random }))[name]
  const began: number[] = []
  const given = {
    ...(name.startsWith('reserve') && { key: 'order_1_line_1' }),
    ...(name === 'availability' && { cacheKey: { sku: 'tea' } }),
  }
  const { stop } = await time.run(
    operation.outcome((attempt: Attempt) => {
      began.push(Math.round(time.clock.now()))
      return meets(attempt)
    }, given),
  )
  return { began: began.slice(0, 6), ended: Math.round(time.clock.now()), stop }
}

const everyTwoSeconds = [0, 2_000, 4_000, 6_000, 8_000, 10_000]
const soon = [0, 250, 750, 1_750, 3_750, 5_750]
const HOUR = 3_600_000

describe('guards of the document', () => {
  test.each<[Name, 'longest' | 'none', typeof hanging | typeof unavailable, number[], number, StopReason]>([
    ['availability', 'none', hanging, [0, 400, 800], 1_200, 'attempts'],
    ['availability', 'longest', hanging, [0, 450, 950], 1_200, 'attempts'],
    ['reserve', 'longest', hanging, [0, 450, 950], 1_350, 'attempts'],
    ['reserve', 'longest', unavailable, [0, 50, 150], 150, 'attempts'],
    ['reserveLater', 'none', hanging, everyTwoSeconds, HOUR, 'deadline'],
    ['reserveLater', 'longest', unavailable, soon, HOUR, 'deadline'],
    ['fulfil', 'none', hanging, [0], 2_000, 'unsafe'],
    ['fulfilment', 'none', hanging, everyTwoSeconds, HOUR, 'deadline'],
    ['fulfilment', 'longest', unavailable, soon, HOUR, 'deadline'],
    ['event', 'none', hanging, [0, 800, 1_600], 2_400, 'attempts'],
  ])('%s, waits %s', async (name, waits, meets, began, ended, stop) => {
    expect(await course(name, waits, meets)).toEqual({ began, ended, stop })
  })

  test.each(['reserve', 'reserveLater'] as const)('%s is not repeated once its key is 22 h old', async (name) => {
    const time = virtualTime()
    const guard = guards(contractOf('order', { clock: time.clock, random: () => 0 }))[name]
    const lost = () => Promise.reject(Object.assign(new Error('lost'), { code: 'ECONNRESET' }))
    let attempts = 0
    const fails = () => (attempts++ === 0 ? lost() : Promise.resolve('reserved'))
    const call = { key: 'order_1_line_1' }
    expect(await time.run(guard.outcome(fails, { ...call, age: 22 * HOUR - 1_000 }))).toMatchObject({ stop: 'ok' })
    attempts = 0
    expect(await time.run(guard.outcome(fails, { ...call, age: 22 * HOUR + 1 }))).toMatchObject({
      stop: 'window',
      attempts: 1,
    })
  })

  test('64 attempts at the inventory at once, 64 calls wait for them, the next is refused', async () => {
    const time = virtualTime()
    const { availability } = guards(contractOf('order', { clock: time.clock }))
    let began = 0
    const calls = Array.from({ length: 129 }, () =>
      availability.outcome(
        (attempt: Attempt) => {
          began++
          return hanging(attempt)
        },
        { cacheKey: { sku: 'tea' } },
      ),
    )
    expect(began).toBe(64)
    expect(await time.run(calls[128] ?? Promise.reject(new Error('no call')))).toMatchObject({ stop: 'concurrency' })
  })

  test('the last known availability stands in for 30 s, of its own goods only', async () => {
    const time = virtualTime()
    const { availability } = guards(contractOf('order', { clock: time.clock }))
    await availability.outcome(() => Promise.resolve({ available: 3 }), { cacheKey: { sku: 'tea' } })
    await time.advance(28_000)
    const ask = (sku: string) => time.run(availability.outcome(unavailable, { cacheKey: { sku } }))
    expect(await ask('tea')).toMatchObject({ ok: true, value: { available: 3 }, source: 'cache' })
    expect(await ask('coffee')).toMatchObject({ ok: false })
    await time.advance(2_000)
    expect(await ask('tea')).toMatchObject({ ok: false })
  })

  test('attempts say what they are, for inventory and warehouse are peers', async () => {
    const { reserve, fulfil } = guards(contractOf('order'))
    for (const guard of [reserve, fulfil]) {
      const { value } = await guard.outcome(({ headers }) => Promise.resolve(Object.keys(headers)), { key: 'order_1' })
      expect(value).toContain('retry-context')
    }
  })
})

test('what is served is what the documents say', () => {
  const [order, inventory, warehouse] = [contractOf('order'), contractOf('inventory'), contractOf('warehouse')]
  expect(order.served('place')).toEqual({ effect: 'write', deadline: 3_000 })
  expect(remembered(order, 'place')).toEqual({ ttl: HOUR, rules: { key: 'optional' } })
  expect(inventory.served('availability')).toEqual({ effect: 'read', retries: { share: 0.5 } })
  expect(inventory.served('reserve')).toEqual({ effect: 'write', retries: { share: 0.5 } })
  expect(remembered(inventory, 'reserve')).toEqual({ ttl: 24 * HOUR, rules: { key: 'optional' } })
  expect(['fulfil', 'fulfilment', 'event'].map((name) => warehouse.served(name).effect)).toEqual([
    'write',
    'read',
    'write',
  ])
  expect(() => remembered(warehouse, 'fulfil')).toThrow(/warehouse\.truce\.yaml says no ttl for fulfil/)
})

test('code overrides nothing; what guards leave to code is what is owed', () => {
  const order = contractOf('order')
  guards(order)
  expect(order.overrides()).toEqual([])
  expect(order.gaps().map(({ path }) => path)).toEqual([
    'depends.inventory.operations.reserve.exhausted',
    'depends.inventory.operations.reserve-later.exhausted',
    'depends.warehouse.operations.fulfil.exhausted',
  ])
})
