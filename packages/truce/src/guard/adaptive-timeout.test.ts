import { describe, expect, it } from 'vitest'
import {
  type AdaptiveTimeoutOptions,
  AttemptTimeoutError,
  dependency,
  OptionError,
  type OperationOptions,
} from '../index.js'
import { attempts } from '../telemetry/events.js'
import { seeded, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

function setUp(attemptTimeout: AdaptiveTimeoutOptions, call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const options = { clock: time.clock, budget: 'none', governor: 'none', breaker: 'none' } as const
  const guarded = dependency('adaptive-timeout', options)
  const operation = guarded.operation('call', { effect: 'read', attempts: 1, attemptTimeout, deadline: '1m', ...call })
  const took = (ms: number) =>
    time.run(operation.outcome(() => new Promise<void>((done) => time.clock.alarm(ms, done))))
  /** What an attempt is given now. */
  const given = async () => {
    const began = time.now()
    const outcome = await time.run(operation.outcome(() => new Promise(() => {})))
    expect(outcome.error).toBeInstanceOf(AttemptTimeoutError)
    return time.now() - began
  }
  return { time, operation, took, given }
}

describe('a learned attempt timeout', () => {
  it('is `max` until enough is known, then the quantile and a margin', async () => {
    const { took, given } = setUp({ quantile: 0.9, margin: 0.5, min: 10, max: 1_000 })
    for (let n = 0; n < 19; n++) await took(100)
    expect(await given()).toBe(1_000)
    const other = setUp({ quantile: 0.9, margin: 0.5, min: 10, max: 1_000 })
    for (let n = 0; n < 300; n++) await other.took(100)
    const ms = await other.given()
    expect(ms).toBeGreaterThanOrEqual(120)
    expect(ms).toBeLessThanOrEqual(200)
  })

  it.each([1, 2, 3])(
    'lets the tail pass: of 5,000 answers after learning fewer than 1 % are cut (seed %i)',
    async (seed) => {
      const { took } = setUp({ max: '10s' })
      const random = seeded(seed)
      const answer = () => 20 - 50 * Math.log(1 - random())
      let cut = 0
      for (let n = 0; n < 5_500; n++) {
        const { ok } = await took(answer())
        if (n >= 500 && !ok) cut++
      }
      expect(cut).toBeLessThan(50)
    },
  )

  it('is never below `min`, nor above `max`', async () => {
    const fast = setUp({ quantile: 0.5, min: '40ms', max: '200ms' })
    for (let n = 0; n < 100; n++) await fast.took(1)
    expect(await fast.given()).toBe(40)
    const slow = setUp({ quantile: 0.5, min: '40ms', max: '200ms' })
    for (let n = 0; n < 100; n++) await slow.took(199)
    expect(await slow.given()).toBe(200)
  })

  it('does not spiral in a slow phase: it grows until answers are waited for again', async () => {
    const { took } = setUp({ quantile: 0.9, margin: 0.5, min: 10, max: '5s' })
    for (let n = 0; n < 300; n++) await took(50)
    const ends: boolean[] = []
    for (let n = 0; n < 200; n++) ends.push((await took(400)).ok)
    expect(ends.slice(0, 5)).not.toContain(true)
    expect(ends.slice(-50).every(Boolean)).toBe(true)
  })

  it('and follows back down', async () => {
    const { took, given } = setUp({ quantile: 0.9, margin: 0.5, min: 10, max: '5s' })
    for (let n = 0; n < 200; n++) await took(1_000)
    for (let n = 0; n < 2_000; n++) await took(20)
    expect(await given()).toBeLessThan(100)
  })

  it('does not learn from attempts that their call’s deadline cut', async () => {
    const { time, operation, took, given } = setUp({ quantile: 0.9, margin: 0.5, min: 10, max: 1_000 })
    for (let n = 0; n < 300; n++) await took(100)
    const before = await given()
    const hang = () => new Promise(() => {})
    for (let n = 0; n < 100; n++) await time.run(operation.outcome(hang, { deadline: 20 }))
    const after = await given()
    expect(after / before).toBeGreaterThan(0.8)
    expect(after / before).toBeLessThan(1.3)
    expect(wheelOf(time.clock).size).toBe(0)
  })

  it('is what records and the dependency are told', async () => {
    const { time, operation, took } = setUp({ quantile: 0.5, min: '40ms', max: '200ms' })
    for (let n = 0; n < 100; n++) await took(1)
    const timeouts: unknown[] = []
    const off = attempts.on(({ timeout }) => timeouts.push(timeout))
    expect(await time.run(operation.run(({ remaining }) => remaining))).toBe(38)
    off()
    expect(timeouts).toEqual([40])
  })

  it('is each partition’s own', async () => {
    const time = virtualTime()
    const options = { clock: time.clock, budget: 'none', governor: 'none', breaker: 'none', partition: 'host' } as const
    const attemptTimeout = { quantile: 0.5, min: 10, max: 1_000 }
    const operation = dependency('adaptive', options).operation('call', { effect: 'read', attempts: 1, attemptTimeout })
    const fast = () => new Promise<void>((done) => time.clock.alarm(5, done))
    for (let n = 0; n < 50; n++) await time.run(operation.run(fast, { partition: 'near' }))
    const told = (partition: string) => operation.run(({ remaining }) => remaining, { partition })
    expect(await told('near')).toBeLessThan(20)
    expect(await told('far')).toBe(950)
  })

  it('never outlives the deadline', async () => {
    const { operation } = setUp({ max: '10s' }, { deadline: '1s' })
    expect(await operation.run(({ remaining }) => remaining)).toBe(950)
  })

  it.each([
    [{ quantile: 1 }, 'attemptTimeout.quantile'],
    [{ quantile: '95%' }, 'attemptTimeout.quantile'],
    [{ margin: -1 }, 'attemptTimeout.margin'],
    [{ min: 0 }, 'attemptTimeout.min'],
    [{ min: '2s', max: '1s' }, 'attemptTimeout.min'],
    [{ max: 'none' }, 'attemptTimeout.max'],
    [{ maxi: 5 }, 'attemptTimeout.maxi'],
    [null, 'attemptTimeout'],
  ])('%o is refused', (given, option) => {
    expect(() => setUp(given as never)).toThrow(expect.objectContaining({ option }))
    expect(() => setUp(given as never)).toThrow(OptionError)
  })

  it('takes the preset’s timeout for `max`', async () => {
    expect(await setUp({}, { use: 'interactive' }).operation.run(({ remaining }) => remaining)).toBe(760)
  })
})
