import { describe, expect, it } from 'vitest'
import { dependency, type DependencyOptions, OptionError } from '../index.js'
import { virtualTime } from '../testing/index.js'

const ADA = { who: 'ada', why: 'INC-42', for: '10s' } as const
const refused = () => {
  throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
}

function setUp(options: DependencyOptions = {}) {
  const time = virtualTime({ epoch: 1_000 })
  const shop = dependency('shop', { clock: time.clock, random: () => 0.5, breaker: 'none', ...options })
  const call = { attempts: 3, attemptTimeout: 100, deadline: 30_000, backoff: { initial: 10, jitter: 'none' } } as const
  return { time, shop, stock: shop.operation('stock', { effect: 'read', ...call }), call }
}

describe('retries that an operator stopped', () => {
  it('are refused as if the budget were spent; originals go on', async () => {
    const { time, shop, stock } = setUp({ budget: 'none' })
    shop.retries.stop(ADA)
    expect(await time.run(stock.outcome(refused))).toMatchObject({ stop: 'budget', attempts: 1 })
    expect(await time.run(stock.run(() => 7))).toBe(7)
    expect(shop.retries.stopped).toEqual({ who: 'ada', why: 'INC-42', until: 11_000 })
  })

  it('are made again after their time, and after resume', async () => {
    const { time, shop, stock } = setUp({ budget: 'none' })
    shop.retries.stop(ADA)
    await time.advance(10_000)
    expect(shop.retries.stopped).toBeUndefined()
    expect(await time.run(stock.outcome(refused))).toMatchObject({ attempts: 3 })
    shop.retries.stop(ADA)
    shop.retries.resume()
    await time.advance(10_000)
    expect(await time.run(stock.outcome(refused))).toMatchObject({ attempts: 3 })
  })

  it('are no hedges either', async () => {
    const { time, shop, call } = setUp({ budget: 'none' })
    const late = shop.operation('late', { effect: 'read', ...call, hedge: { after: 10 } })
    shop.retries.stop(ADA)
    const outcome = late.outcome(() => new Promise((resolve) => time.clock.alarm(50, () => resolve(1))))
    expect(await time.run(outcome)).toMatchObject({ ok: true, attempts: 1 })
  })

  it('of background calls wait, and go on at once when it is taken back', async () => {
    const { time, shop } = setUp()
    const job = shop.operation('job', { effect: 'read', use: 'background', backoff: { initial: 10, jitter: 'none' } })
    shop.retries.stop({ ...ADA, for: '1h' })
    const starts: number[] = []
    const running = job.outcome(() => {
      starts.push(time.now())
      if (starts.length === 1) refused()
    })
    await time.advance(60_000)
    expect([starts, shop.state().waiting]).toEqual([[0], 1])
    shop.retries.resume()
    expect(await time.run(running)).toMatchObject({ ok: true, attempts: 2 })
    expect(starts).toEqual([0, 60_000])
  })

  it('are so in every partition, also in those met later', async () => {
    const { time, shop, stock } = setUp({ partition: 'shard' })
    const met = { partition: 'met' }
    await time.run(stock.run(() => 1, met))
    shop.retries.stop(ADA)
    for (const partition of ['met', 'new']) {
      expect(await time.run(stock.outcome(refused, { partition }))).toMatchObject({ stop: 'budget', attempts: 1 })
    }
    shop.retries.resume()
    expect(await time.run(stock.outcome(refused, met))).not.toMatchObject({ attempts: 1 })
  })

  it.each([{}, { who: 'ada', why: '' }, { who: 'ada', why: 'INC-42' }, { ...ADA, for: 'long' }])(
    '%o is refused',
    (by) => {
      const { shop } = setUp()
      expect(() => shop.retries.stop(by as never)).toThrow(OptionError)
      expect(shop.retries.stopped).toBeUndefined()
    },
  )
})

describe('a call that an operator refused', () => {
  it.each(['isolate', 'forceOpen'] as const)('%s: its error says who and why', async (how) => {
    const { time, shop, stock } = setUp({ breaker: {} })
    shop.breaker[how](ADA)
    const outcome = await time.run(stock.outcome(() => 1))
    expect(String(outcome.error)).toMatch(/shop\.stock was not sent: (isolated|opened) by ada \(INC-42\)/)
  })
})
