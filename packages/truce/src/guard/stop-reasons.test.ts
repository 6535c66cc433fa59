import { describe, expect, it } from 'vitest'
import {
  AttemptTimeoutError,
  BreakerOpenError,
  DeadlineError,
  dependency,
  type DependencyOptions,
  explain,
  failure,
  type OperationOptions,
  type Outcome,
  OverloadedError,
  type RunOptions,
} from '../index.js'
import { peer } from '../peer/index.js'
import { stripeV1 } from '../profiles/index.js'
import { countersOf } from '../telemetry/counters.js'
import { type Step, scriptedDependency, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const LOST = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const
let serial = 0

function setUp(options: DependencyOptions = OFF, call: Partial<OperationOptions> = {}) {
  const time = virtualTime({ start: 1_000, epoch: 50_000 })
  const name = `stops-${serial++}`
  const guarded = dependency(name, { clock: time.clock, random: () => 0.5, ...options })
  const effect = call.effect ?? 'read'
  const operation = guarded.operation('call', { attempts: 3, ...call, effect })
  const run = (steps: readonly Step[], runOptions?: RunOptions) => {
    const script = scriptedDependency(steps, { clock: time.clock })
    return time.run(operation.outcome<unknown>(script.attempt, runOptions))
  }
  return { time, guarded, operation, run, counters: countersOf('', name, 'call', effect), wheel: wheelOf(time.clock) }
}

/** The rejection of `run()` is the same object that `outcome()` shows. */
const thrown = (outcome: Outcome<unknown>) => (outcome.ok ? undefined : outcome.error)

describe('stop reasons with the dependency’s own error: the same object', () => {
  it('ok', async () => {
    const { run, counters } = setUp()
    expect(await run([{ error: DOWN }, { value: 5 }])).toMatchObject({
      ok: true,
      value: 5,
      stop: 'ok',
      class: undefined,
      attempts: 2,
      waited: 50,
      source: 'live',
      age: 0,
      explanation: { stop: 'ok', attempts: 2, elapsed: 50 },
    })
    expect(counters).toMatchObject({ calls: 1, attempts: 2, retryAttempts: 1, firstAttemptSuccess: 0, inFlight: 0 })
    expect(counters.retrySuccess(2)).toBe(1)
  })

  it('permanent', async () => {
    const error = Object.assign(new Error('no such item'), { status: 404 })
    const outcome = await setUp().run([{ error }])
    expect(outcome).toMatchObject({ stop: 'permanent', class: 'not-found', attempts: 1 })
    expect(thrown(outcome)).toBe(error)
    expect(explain(error)).toBe(explain(error))
    expect(explain(error)).toMatchObject({ stop: 'permanent', class: 'not-found', attempts: 1, retryAt: undefined })
  })

  it('attempts', async () => {
    const { run, counters } = setUp()
    const outcome = await run([{ error: DOWN }])
    expect(outcome).toMatchObject({ stop: 'attempts', class: 'unavailable', attempts: 3, waited: 150 })
    expect(thrown(outcome)).toBe(DOWN)
    expect(counters.retryExhausted).toBe(1)
    expect(counters.refused('attempts'), 'not a refusal').toBe(0)
  })

  it('deadline: no time for another attempt', async () => {
    const { run, counters, time } = setUp(OFF, { deadline: 60, backoff: { initial: 110, jitter: 'none' } })
    const outcome = await run([{ error: DOWN }])
    expect(outcome).toMatchObject({ stop: 'deadline', attempts: 1 })
    expect(thrown(outcome)).toBe(DOWN)
    expect(time.now(), 'said at once').toBe(1_000)
    expect(counters.refused('deadline')).toBe(1)
  })

  it('budget', async () => {
    const { run, counters, guarded } = setUp({ governor: 'none' })
    expect(await run([{ error: DOWN }])).toMatchObject({ stop: 'attempts', attempts: 3 })
    const outcome = await run([{ error: DOWN }])
    expect(outcome).toMatchObject({ stop: 'budget', attempts: 1 })
    expect(thrown(outcome)).toBe(DOWN)
    expect(counters.refused('budget')).toBe(1)
    expect(guarded.state().budgetRemaining).toBe(0)
  })

  it('breaker: it opened with this attempt; when it may be tried again is told', async () => {
    const breaker = { kind: 'consecutive', failures: 2, cooldown: 500 } as const
    const { run, time } = setUp({ ...OFF, breaker }, { backoff: { initial: 40, jitter: 'none' } })
    const outcome = await run([{ error: DOWN }])
    expect(outcome).toMatchObject({ stop: 'breaker', attempts: 2 })
    expect(thrown(outcome)).toBe(DOWN)
    expect(outcome.explanation.retryAt).toBe(50_000 + time.now() + 500)
  })

  it('concurrency: no place left for the retry', async () => {
    const { time, operation } = setUp({ ...OFF, concurrency: { limit: 1, queue: 0 } })
    const first = scriptedDependency([{ error: DOWN }])
    const both = [operation.outcome(first.attempt)]
    await time.settle()
    both.push(operation.outcome(() => new Promise<never>(() => {})))
    const [retried] = await time.run(Promise.all(both))
    expect(retried).toMatchObject({ stop: 'concurrency', error: DOWN, attempts: 1 })
  })

  it('throttled: after timeouts the governor sheds retries first', async () => {
    const { run } = setUp({ budget: 'none', breaker: 'none' }, { attempts: 9, attemptTimeout: 20 })
    const outcome = await run(['hang'])
    expect(outcome).toMatchObject({ stop: 'throttled', class: 'timeout' })
    expect(thrown(outcome)).toBeInstanceOf(AttemptTimeoutError)
  })

  it('pushback', async () => {
    const { run } = setUp(OFF, { classify: () => failure('overloaded', 'not-applied', { retry: false }) })
    expect(await run([{ error: LOST }])).toMatchObject({ stop: 'pushback', error: LOST, attempts: 1 })
  })

  it('unsafe: a write without a key that may have been applied', async () => {
    const { run } = setUp(OFF, { effect: 'write' })
    expect(await run([{ error: LOST }])).toMatchObject({ stop: 'unsafe', error: LOST, attempts: 1 })
    expect(await run([{ error: DOWN }, 'ok']), 'never sent').toMatchObject({ ok: true, attempts: 2 })
    expect(await run([{ error: LOST }], { key: 'k' }), 'honoured by whom?').toMatchObject({ stop: 'unsafe' })
  })

  it.each<[string, DependencyOptions, Partial<OperationOptions>]>([
    ['idempotency: {}', {}, { idempotency: {} }],
    ['a window', {}, { idempotency: { window: '1h' } }],
    ['a profile of the operation', {}, { idempotency: { profile: stripeV1 } }],
    ['a profile of the dependency', { profile: stripeV1 }, {}],
    ['a peer', { peer }, {}],
  ])('a key makes a write repeatable where the dependency is known to honour it: %s', async (_, options, call) => {
    const { run } = setUp({ ...OFF, ...options }, { effect: 'write', ...call })
    expect(await run([{ error: LOST }, 'ok'], { key: 'k' })).toMatchObject({ ok: true, attempts: 2, key: 'k' })
    expect(await run([{ error: LOST }]), 'without a key').toMatchObject({ stop: 'unsafe' })
  })

  it('unsafe: says what to declare', async () => {
    const { run } = setUp(OFF, { effect: 'write' })
    const { explanation: unkeyed } = await run([{ error: LOST }])
    expect(unkeyed.advice).toMatch(/give each call of stops-\d+[.]call a key .* or say risk: 'low'/)
    const { explanation: keyed } = await run([{ error: LOST }], { key: 'k' })
    expect(keyed).toMatchObject({ key: 'k', advice: expect.stringContaining('idempotency: {}') })
    expect((await run([{ error: DOWN }])).explanation).not.toHaveProperty('advice')
  })

  it('what an earlier attempt may have done is not forgotten', async () => {
    const { run } = setUp(OFF, { effect: 'write', idempotency: {} })
    const outcome = await run([{ error: LOST }, { error: DOWN }], { key: 'k' })
    expect(outcome.explanation).toMatchObject({ certainty: 'unknown', class: 'unavailable', attempts: 3 })
  })

  it('not-replayable', async () => {
    expect(await setUp().run([{ error: DOWN }], { replayable: false })).toMatchObject({ stop: 'not-replayable' })
  })

  it('window: the key is older than the dependency remembers', async () => {
    const { run } = setUp(OFF, { effect: 'write', idempotency: { window: '1h' } })
    expect(await run([{ error: DOWN }], { key: 'k', age: '2h' })).toMatchObject({ stop: 'window', attempts: 1 })
    expect(await run([{ error: DOWN }, 'ok'], { key: 'k', age: '59m' })).toMatchObject({ ok: true })
  })

  it('an answer that is a failure is handed back as it came', async () => {
    const { time, operation } = setUp()
    const script = scriptedDependency([{ status: 503 }])
    const response = await time.run(operation.run(script.attempt))
    expect(response.status).toBe(503)
    expect(explain(response)).toMatchObject({ stop: 'attempts', class: 'unavailable', attempts: 3 })
  })
})

describe('stop reasons where nothing was sent: Truce’s own errors', () => {
  it('breaker', async () => {
    const { run, time } = setUp({ ...OFF, breaker: { kind: 'consecutive', failures: 1, ramp: 0 } })
    await run([{ error: DOWN }])
    const outcome = await run(['ok'])
    expect(thrown(outcome)).toBeInstanceOf(BreakerOpenError)
    expect(thrown(outcome)).toMatchObject({ code: 'TRUCE_BREAKER_OPEN', retryIn: 500 })
    expect(outcome).toMatchObject({ stop: 'breaker', attempts: 0, class: undefined })
    expect(outcome.explanation).toMatchObject({ certainty: 'not-applied', retryAt: 50_000 + time.now() + 500 })
  })

  it('concurrency', async () => {
    const { operation, time } = setUp({ ...OFF, concurrency: { limit: 1, queue: 0 } })
    const hanging = operation.outcome(() => new Promise<never>(() => {}))
    const refused = await operation.outcome(() => 1)
    expect(refused).toMatchObject({ stop: 'concurrency', attempts: 0, error: expect.any(OverloadedError) })
    await time.run(hanging)
  })

  it('throttled', async () => {
    const { operation, run, time } = setUp(
      { budget: 'none', breaker: 'none', random: () => 0.999 },
      { attempts: 1, attemptTimeout: 10 },
    )
    for (let n = 0; n < 20; n++) await run(['hang'])
    const outcome = await time.run(operation.outcome(() => 1))
    expect(outcome).toMatchObject({ stop: 'throttled', attempts: 0, error: expect.any(OverloadedError) })
  })

  it('deadline: passed before it began', async () => {
    const { run, wheel } = setUp()
    const outcome = await run(['ok'], { deadline: 0 })
    expect(outcome).toMatchObject({ stop: 'deadline', attempts: 0, error: expect.any(DeadlineError) })
    expect(wheel.size).toBe(0)
  })

  it('deadline: in the queue', async () => {
    const { operation, time } = setUp({ ...OFF, concurrency: 1 })
    const hanging = operation.outcome(() => new Promise<never>(() => {}))
    const queued = await time.run(operation.outcome(() => 1, { deadline: 30 }))
    expect(queued).toMatchObject({ stop: 'deadline', attempts: 0, error: expect.any(DeadlineError) })
    expect(time.now()).toBe(1_030)
    await time.run(hanging)
  })
})

describe('time', () => {
  it('an attempt that does not answer ends at its timeout, the error before it as its cause', async () => {
    const { run, counters } = setUp(OFF, { attemptTimeout: 100, attempts: 2 })
    const outcome = await run([{ error: DOWN }, 'hang'])
    expect(thrown(outcome)).toBeInstanceOf(AttemptTimeoutError)
    expect(thrown(outcome)).toMatchObject({ timeout: 100, cause: DOWN, code: 'TRUCE_ATTEMPT_TIMEOUT' })
    expect(counters.timeouts).toBe(1)
  })

  it('an attempt cut by the call’s own deadline says so', async () => {
    const { run, time } = setUp(OFF, { attemptTimeout: 100, deadline: 150, attempts: 5, backoff: 'none' })
    const outcome = await run(['hang'])
    expect(outcome).toMatchObject({ stop: 'deadline', attempts: 2, class: 'timeout' })
    expect(thrown(outcome)).toBeInstanceOf(DeadlineError)
    expect(time.now()).toBe(1_150)
  })

  it('the dependency’s own wait replaces backoff and is never shortened', async () => {
    const { run, time } = setUp(OFF, {
      classify: (_, threw) => (threw ? failure('overloaded', 'not-applied', { retryAfter: 700 }) : 'ok'),
    })
    expect(await run([{ error: DOWN }, 'ok'])).toMatchObject({ ok: true, attempts: 2 })
    expect(time.now()).toBeGreaterThanOrEqual(1_700)
    expect(await run([{ error: DOWN }], { deadline: 500 })).toMatchObject({
      stop: 'deadline',
      explanation: { retryAt: 50_000 + time.now() + 700 },
    })
  })
})
