import { describe, expect, it } from 'vitest'
import { type DependencyOptions, type OperationOptions, OvertakenError } from '../index.js'
import { type Step, seeded } from '../testing/index.js'
import { setUp, told } from '../../test/scenes/hedged.js'
import { DOWN, hang, OFF, records } from '../../test/scenes/recorded.js'

const RESET = Object.assign(new Error('reset'), { code: 'ECONNRESET' })

describe('a hedge', () => {
  it('goes out beside a late attempt; the first success wins, and the loser is told', async () => {
    const { time, operation, scripted, counters, expectEmpty } = setUp()
    const { fn, signals, calls } = scripted([{ after: 400 }, { value: 'second', after: 20 }])
    expect(await time.run(operation.outcome<unknown>(fn))).toMatchObject({ ok: true, value: 'second', attempts: 2 })
    expect(calls.map(({ at }) => at)).toEqual([0, 50])
    expect(time.now()).toBe(70)
    expect(signals[0]?.reason).toBeInstanceOf(OvertakenError)
    expect(signals[1]?.aborted).toBe(false)
    expect(counters).toMatchObject({ attempts: 2, hedges: 1, retryAttempts: 0, timeouts: 0, firstAttemptSuccess: 0 })
    expect(told()).toEqual(['1 original aborted', '2 hedge ok: ok'])
    expect(records.map(({ ms, waited, source }) => ({ ms, waited, source }))).toEqual([
      { ms: 70, waited: 0, source: undefined },
      { ms: 20, waited: 0, source: 'live' },
    ])
    expectEmpty()
  })

  it('that loses is cut, and its late answer changes nothing', async () => {
    const { time, operation, scripted, counters, expectEmpty } = setUp()
    const { fn, signals } = scripted([{ value: 'first', after: 80 }, 'hang'])
    expect(await time.run(operation.run<unknown>(fn))).toBe('first')
    expect(signals[1]?.reason).toBeInstanceOf(OvertakenError)
    expect(told()).toEqual(['2 hedge aborted', '1 original ok: ok'])
    expect(counters).toMatchObject({ firstAttemptSuccess: 1, hedges: 1 })
    expectEmpty()
    await time.runAll()
    expect(records).toHaveLength(2)
  })

  it('does not go out where the original answers in time', async () => {
    const { time, operation, scripted } = setUp()
    const { fn, calls } = scripted([{ after: 49 }])
    await time.run(operation.run(fn))
    await time.runAll()
    expect(calls).toHaveLength(1)
  })

  it('that fails leaves the original running', async () => {
    const { time, operation, scripted, expectEmpty } = setUp()
    const { fn, signals } = scripted([
      { value: 'late', after: 200 },
      { error: DOWN, after: 10 },
    ])
    expect(await time.run(operation.outcome<unknown>(fn))).toMatchObject({ ok: true, value: 'late', attempts: 2 })
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    expect(told()).toEqual(['2 hedge unavailable', '1 original ok: ok'])
    expectEmpty()
  })

  it('outlives an original that fails', async () => {
    const { time, operation, scripted, expectEmpty } = setUp()
    const { fn } = scripted([
      { error: DOWN, after: 60 },
      { value: 'hedge', after: 100 },
    ])
    expect(await time.run(operation.outcome<unknown>(fn))).toMatchObject({ ok: true, value: 'hedge', attempts: 2 })
    expect(time.now()).toBe(150)
    expectEmpty()
  })

  it('and the original both failed: the last failure decides, and hedges count among the attempts', async () => {
    const { time, operation, scripted, counters, expectEmpty } = setUp()
    const { fn, calls } = scripted([
      { error: RESET, after: 60 },
      { error: DOWN, after: 30 },
      { error: RESET, after: 5 },
    ])
    const outcome = await time.run(operation.outcome(fn))
    expect(outcome).toMatchObject({ ok: false, error: RESET, stop: 'attempts', attempts: 3 })
    // Attempt 2 ended last, at 80; the third waits the second step of the backoff.
    expect(calls.map(({ at }) => at)).toEqual([0, 50, 280])
    expect(told()).toEqual(['1 original unavailable', '2 hedge unavailable', '3 retry unavailable: attempts'])
    expect(counters).toMatchObject({ attempts: 3, hedges: 1, retryAttempts: 1, retryExhausted: 1 })
    expectEmpty()
  })

  it.each([
    ['of the hedge', [{ after: 400 }, { status: 404, after: 10 }], 1],
    ['of the original', [{ status: 404, after: 60 }, 'hang'], 2],
  ] as const)('a permanent answer %s ends the call and cuts the other', async (_, steps, cut) => {
    const { time, operation, scripted, expectEmpty } = setUp()
    const { fn, signals } = scripted<Step>(steps)
    expect(await time.run(operation.outcome(fn))).toMatchObject({ ok: false, stop: 'permanent', class: 'not-found' })
    expect(time.now()).toBe(60)
    expect(signals[cut - 1]?.reason).toBeInstanceOf(OvertakenError)
    expect(records.map(({ attempt, outcome, stop }) => [attempt, outcome, stop])).toEqual([
      [cut, 'aborted', undefined],
      [3 - cut, 'not-found', 'permanent'],
    ])
    expectEmpty()
  })

  it('that was cut may have taken effect: a permanent answer of the other does not undo it', async () => {
    const { time, operation, scripted } = setUp(OFF, { effect: 'write', idempotency: {} })
    const { fn } = scripted([{ after: 400 }, { status: 422, after: 10 }])
    const outcome = await time.run(operation.outcome(fn, { key: 'order_1' }))
    expect(outcome).toMatchObject({ stop: 'permanent', explanation: { certainty: 'unknown' } })
  })

  it('is one of `max`, each after the same delay, and all but the winner are cut', async () => {
    const { time, operation, scripted, expectEmpty } = setUp(OFF, { attempts: 9, hedge: { after: 50, max: 3 } })
    const { fn, signals, calls } = scripted(['hang', 'hang', 'hang', { after: 70 }])
    expect(await time.run(operation.outcome(fn))).toMatchObject({ ok: true, attempts: 4 })
    expect(calls.map(({ at }) => at)).toEqual([0, 50, 100, 150])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, false])
    expect(records.filter(({ stop }) => stop)).toHaveLength(1)
    expect(records.at(-1)).toMatchObject({ attempt: 4, cause: 'hedge', stop: 'ok' })
    expectEmpty()
  })

  it('may be of a retry', async () => {
    const { time, operation, scripted } = setUp()
    const { fn, calls } = scripted([{ error: DOWN }, 'hang', { after: 10 }])
    expect(await time.run(operation.outcome(fn))).toMatchObject({ ok: true, attempts: 3 })
    expect(calls.map(({ at }) => at)).toEqual([0, 100, 150])
    expect(told()).toEqual(['1 original unavailable', '2 retry aborted', '3 hedge ok: ok'])
  })

  it('has a timeout of its own, as the original has', async () => {
    const { time, operation, scripted, counters, expectEmpty } = setUp(OFF, { attempts: 2, attemptTimeout: 200 })
    const { fn, signals } = scripted(['hang', 'hang'])
    const outcome = await time.run(operation.outcome(fn))
    expect(outcome).toMatchObject({ ok: false, stop: 'attempts', class: 'timeout', attempts: 2 })
    expect(time.now()).toBe(250)
    expect(records.map(({ outcome: end, ms, timeout }) => [end, ms, timeout])).toEqual([
      ['timeout', 200, 200],
      ['timeout', 200, 200],
    ])
    expect(signals.map(({ reason }) => (reason as Error).name)).toEqual(['AttemptTimeoutError', 'AttemptTimeoutError'])
    expect(counters.timeouts).toBe(2)
    expectEmpty()
  })
})

describe('a hedge does not go out', () => {
  const never: readonly [string, DependencyOptions, Partial<OperationOptions>][] = [
    ['for a write without a key', OFF, { effect: 'write' }],
    ['where another layer owns the retries', OFF, { owner: 'somebody-else' }],
    ['without room in the concurrency limit', { ...OFF, concurrency: { limit: 1, queue: 0 } }, {}],
    ['where less is left of the deadline than an answer takes', OFF, { deadline: 55 }],
    ['while nothing is known of how long answers take', OFF, { hedge: { after: { quantile: 0.95 } } }],
    ['in mode observe', OFF, { mode: 'observe' }],
  ]
  it.each(never)('%s', async (_, options, call) => {
    const { time, operation, scripted, expectEmpty } = setUp(options, call)
    const { fn, calls } = scripted([{ after: 300 }])
    await time.run(operation.outcome(fn))
    expect(calls).toHaveLength(1)
    await time.runAll()
    expectEmpty()
  })

  it('for a body that can be sent only once, nor with a key past its window', async () => {
    const { time, operation, scripted } = setUp(OFF, { effect: 'write', idempotency: { window: '1s' } })
    for (const options of [
      { key: 'k', replayable: false },
      { key: 'k', age: 990 },
    ] as const) {
      const { fn, calls } = scripted([{ after: 300 }])
      await time.run(operation.outcome(fn, options))
      expect(calls).toHaveLength(1)
    }
  })

  it('with a key of which nobody said that the dependency honours it', async () => {
    const { time, operation, scripted } = setUp(OFF, { effect: 'write' })
    const { fn, calls } = scripted([{ after: 300 }])
    await time.run(operation.outcome(fn, { key: 'order_1' }))
    expect(calls).toHaveLength(1)
  })

  it.each([
    ['a key that the dependency honours', { idempotency: {} }, { key: 'order_1' }],
    ['idempotency: natural', { idempotency: 'natural' }, {}],
    ['risk: low', { risk: 'low' }, {}],
  ] as const)('but does for a write with %s', async (_, call, options) => {
    const { time, operation, scripted } = setUp(OFF, { effect: 'write', ...call })
    const { fn, calls } = scripted(['hang', { after: 10 }])
    expect(await time.run(operation.outcome(fn, options))).toMatchObject({ ok: true })
    expect(calls).toHaveLength(2)
  })

  it('while the breaker is open for it, and the original may still win', async () => {
    const breaker = { kind: 'consecutive', failures: 1, cooldown: 10_000, cooldownMax: 10_000 } as const
    const { time, operation, scripted, guarded, expectEmpty } = setUp({ ...OFF, breaker })
    const { fn, calls } = scripted([{ value: 'late', after: 300 }])
    const running = operation.run<unknown>(fn)
    await time.advance(10)
    await time.run(guarded.operation('other', { effect: 'read', attempts: 1 }).outcome(() => Promise.reject(DOWN)))
    expect(guarded.state().breakerState).toBe('open')
    expect(await time.run(running)).toBe('late')
    expect(calls).toHaveLength(1)
    expectEmpty()
  })

  it('while the governor sheds retries', async () => {
    const { time, operation, guarded, scripted } = setUp({ budget: 'none', breaker: 'none', instances: 50 })
    const slow = guarded.operation('slow', { effect: 'read', attempts: 1, attemptTimeout: 20 })
    // Of a large fleet that has seen nothing else one is enough.
    await time.run(slow.outcome(hang))
    expect(guarded.state().governorLevel).toBe(1)
    const { fn, calls } = scripted([{ after: 300 }])
    await time.run(operation.run(fn))
    expect(calls).toHaveLength(1)
  })

  it('unpaid: the budget is empty, and nothing is taken from it', async () => {
    const { time, operation, guarded, scripted, expectEmpty } = setUp({ governor: 'none', breaker: 'none' })
    const spend = guarded.operation('spend', { effect: 'read', attempts: 3 })
    await time.run(spend.outcome(() => Promise.reject(DOWN)))
    expect(guarded.state().budgetRemaining).toBe(0)
    const { fn, calls } = scripted([{ after: 300 }])
    await time.run(operation.run(fn))
    expect(calls).toHaveLength(1)
    expectEmpty()
  })
})

describe('what a hedge takes', () => {
  it('is refunded when it wins, and spent when the original does', async () => {
    const { time, operation, guarded, scripted } = setUp({ governor: 'none', breaker: 'none' })
    expect(guarded.state().budgetRemaining).toBe(2)
    // The ratio counts it for 10 s, whoever wins: it was made.
    await time.run(operation.run<unknown>(scripted(['hang', { after: 10 }]).fn))
    expect(guarded.state().budgetRemaining).toBe(1)
    await time.advance(11_000)
    expect(guarded.state().budgetRemaining).toBe(2)
    await time.run(operation.run<unknown>(scripted([{ after: 200 }, 'hang']).fn))
    await time.advance(11_000)
    // An original that succeeds deposits 0.4.
    expect(guarded.state().budgetRemaining).toBe(1)
  })

  it('the slot goes to the next in the queue when the hedge is cut, or does not go out', async () => {
    const { time, operation, guarded, scripted } = setUp({ ...OFF, concurrency: { limit: 2, queue: 5 } })
    const hedged = operation.run<unknown>(scripted([{ after: 100 }, 'hang']).fn)
    await time.advance(60)
    expect(guarded.state()).toMatchObject({ inFlight: 2, waiting: 0 })
    const next = operation.run(() => time.now())
    expect(guarded.state()).toMatchObject({ inFlight: 2, waiting: 1 })
    expect(await time.run(next)).toBe(100)
    await hedged
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('says nothing to breaker and governor where it loses', async () => {
    const breaker = { kind: 'count', size: 4, minimumCalls: 2, failureRate: 0.1, openRate: 0.2 } as const
    const { time, operation, guarded, scripted } = setUp({ budget: 'none', breaker })
    for (let n = 0; n < 10; n++) await time.run(operation.run<unknown>(scripted(['hang', { after: 10 }]).fn))
    expect(guarded.state()).toMatchObject({ breakerState: 'closed', governorLevel: 2 })
  })

  it('a probe’s place is free again when the probe is overtaken', async () => {
    const breaker = {
      kind: 'consecutive',
      failures: 1,
      cooldown: 100,
      cooldownMax: 100,
      probes: 2,
      closeAfter: 2,
    } as const
    const { time, operation, guarded, scripted } = setUp({ ...OFF, breaker })
    await time.run(guarded.operation('x', { effect: 'read', attempts: 1 }).outcome(() => Promise.reject(DOWN)))
    await time.advance(200)
    const { fn, calls } = scripted([{ after: 450 }, { after: 10 }])
    expect(await time.run(operation.outcome<unknown>(fn))).toMatchObject({ ok: true, attempts: 2 })
    expect(calls).toHaveLength(2)
    expect(guarded.state().breakerState).toBe('half-open')
    expect(await time.run(operation.outcome(() => 1))).toMatchObject({ ok: true })
    expect(guarded.state().breakerState).toBe('closed')
  })

  it('of a background call that the line sent: the next goes when the attempt has ended, not when its hedge is refused', async () => {
    const breaker = {
      kind: 'consecutive',
      failures: 1,
      cooldown: 100,
      cooldownMax: 100,
      probes: 5,
      closeAfter: 5,
    } as const
    const { time, guarded, expectEmpty } = setUp({ governor: 'none', breaker })
    const job = guarded.operation('job', {
      effect: 'write',
      use: 'background',
      attemptTimeout: 5_000,
      hedge: { after: 50 },
    })
    await time.run(guarded.operation('x', { effect: 'read', attempts: 1 }).outcome(() => Promise.reject(DOWN)))
    let most = 0
    let running = 0
    const slow = async () => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => time.clock.alarm(1_000, resolve))
      running--
    }
    const jobs = [job.outcome(slow), job.outcome(slow), job.outcome(slow)]
    await time.advance(900)
    // One at a time as a probe, whatever becomes of a hedge that has no room.
    expect(most).toBe(1)
    await time.run(Promise.all(jobs))
    expectEmpty()
  })
})

describe('after a share of the answers', () => {
  it('goes out later than the quantile that was learned', async () => {
    const { time, operation, scripted } = setUp(OFF, { hedge: { after: { quantile: 0.9 } } })
    for (let n = 0; n < 200; n++) await time.run(operation.run(scripted([{ after: 100 }]).fn))
    const { fn, calls } = scripted(['hang', { after: 10 }])
    const began = time.now()
    await time.run(operation.run<unknown>(fn))
    const wait = (calls[1]?.at ?? 0) - began
    expect(wait).toBeGreaterThan(80)
    expect(wait).toBeLessThan(130)
  })

  it('stays that share: attempts that were overtaken were late as well', async () => {
    const { time, operation, counters } = setUp(OFF, {
      attempts: 2,
      attemptTimeout: 100_000,
      deadline: 'none',
      hedge: { after: { quantile: 0.95 } },
    })
    const random = seeded(5)
    const slow = () =>
      new Promise<void>((resolve) => time.clock.alarm(10 - 100 * Math.log(1 - random()), () => resolve()))
    const calls = 5_000
    for (let n = 0; n < calls; n++) await time.run(operation.run(slow))
    // 5 % of the answers are later than the quantile, with nobody hedging too.
    expect(counters.hedges / calls).toBeGreaterThan(0.02)
    expect(counters.hedges / calls).toBeLessThan(0.07)
  })
})

it('a hedge’s timer does not keep the process alive, the wait for a retry does', async () => {
  const { time, operation, scripted } = setUp()
  const { fn } = scripted(['hang', { error: DOWN }, 'hang'])
  const controller = new AbortController()
  const running = operation.outcome(fn, { signal: controller.signal })
  await time.settle()
  expect(time.pending.map(({ keepsAlive }) => keepsAlive)).toEqual([false])
  await time.advance(200)
  expect(time.pending.map(({ keepsAlive }) => keepsAlive)).toEqual([false])
  controller.abort()
  await running
})
