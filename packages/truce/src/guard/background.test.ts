import { describe, expect, it, onTestFinished } from 'vitest'
import { dependency, type DependencyOptions, type OperationOptions } from '../index.js'
import { events } from '../telemetry/events.js'
import { scriptedDependency, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const BREAKER = {
  kind: 'consecutive',
  failures: 1,
  cooldown: 500,
  cooldownMax: 500,
  ramp: 0,
  probes: 1,
  closeAfter: 1,
} as const
const fail = () => {
  throw DOWN
}

function setUp(options: DependencyOptions = {}, call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const guarded = dependency('background', {
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    breaker: 'none',
    ...options,
  })
  const job = guarded.operation('job', { effect: 'read', use: 'background', deadline: '5m', ...call })
  const person = guarded.operation('ask', { effect: 'read', attempts: 1 })
  const expectEmpty = () => {
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(wheelOf(time.clock).size).toBe(0)
  }
  return { time, guarded, job, person, expectEmpty }
}

describe('background calls', () => {
  it('wait while the breaker is open, using no attempt, and keep the process alive', async () => {
    const { time, job, person, guarded, expectEmpty } = setUp({ breaker: BREAKER })
    await person.outcome(fail)
    const waiting = job.outcome(() => 'done')
    expect(guarded.state()).toMatchObject({ breakerState: 'open', waiting: 1 })
    expect(time.pending.some(({ keepsAlive }) => keepsAlive)).toBe(true)
    expect(await time.run(waiting)).toMatchObject({ ok: true, attempts: 1, waited: 500 })
    expectEmpty()
  })

  it('a write whose key grew too old in line is not sent again', async () => {
    const { time, job, guarded, expectEmpty } = setUp(
      { breaker: { ...BREAKER, cooldown: 60_000, cooldownMax: 60_000 } },
      { effect: 'write', idempotency: { window: '30s' } },
    )
    const script = scriptedDependency([{ error: DOWN }, 'ok'])
    const waiting = job.outcome(script.attempt, { key: 'order_1' })
    await time.advance(10)
    expect(guarded.state()).toMatchObject({ breakerState: 'open', waiting: 1 })
    expect(await time.run(waiting)).toMatchObject({ ok: false, stop: 'window', attempts: 1, error: DOWN })
    expect(script.calls).toHaveLength(1)
    expectEmpty()
  })

  it('one whose budget is spent waits instead of ending', async () => {
    const { time, job, expectEmpty } = setUp({ budget: {} })
    const script = scriptedDependency([{ error: DOWN }, { error: DOWN }, { error: DOWN }, 'ok'])
    expect(await time.run(job.outcome(script.attempt))).toMatchObject({ ok: true, attempts: 4 })
    expectEmpty()
  })

  it('one that the governor throttles waits instead of ending', async () => {
    const { time, job, expectEmpty } = setUp(
      { governor: undefined as never, random: () => 0.999 },
      { attemptTimeout: 20, deadline: '1h' },
    )
    const script = scriptedDependency([...Array.from({ length: 15 }, () => 'hang' as const), 'ok'])
    expect(await time.run(job.outcome(script.attempt))).toMatchObject({ ok: true, attempts: 16 })
    expectEmpty()
  })

  it('go out one at a time as probes, then two more for each that succeeds', async () => {
    const { time, job, person, expectEmpty } = setUp({ breaker: BREAKER })
    await person.outcome(fail)
    const starts: number[] = []
    const all = Array.from({ length: 15 }, () =>
      job.outcome(() => {
        starts.push(time.now())
        return new Promise((resolve) => time.clock.alarm(10, () => resolve('ok')))
      }),
    )
    await time.run(Promise.all(all))
    const rounds = [...new Set(starts)].map((at) => starts.filter((other) => other === at).length)
    expect(rounds).toEqual([1, 2, 4, 8])
    expectEmpty()
  })

  it('wake at once when another’s success closes the breaker', async () => {
    const { time, job, person, guarded, expectEmpty } = setUp({
      breaker: { ...BREAKER, cooldown: 60_000, cooldownMax: 60_000 },
    })
    await person.outcome(fail)
    const waiting = job.outcome(() => time.now())
    // The waiter asks at the same instant; whoever comes first is the probe.
    await time.advance(59_999)
    expect(guarded.state().waiting).toBe(1)
    expect(await time.run(waiting)).toMatchObject({ ok: true, value: 60_000 })
    expect(guarded.state().breakerState).toBe('closed')
    expectEmpty()
  })

  it('end at their deadline', async () => {
    const { time, job, person, expectEmpty } = setUp({ breaker: { ...BREAKER, cooldown: 60_000, cooldownMax: 60_000 } })
    await person.outcome(fail)
    const outcome = await time.run(job.outcome(() => 1, { deadline: 300 }))
    expect(outcome).toMatchObject({ stop: 'deadline', attempts: 0 })
    expect(time.now()).toBe(300)
    expectEmpty()
  })

  it('end when the caller leaves', async () => {
    const { time, job, person, expectEmpty } = setUp({ breaker: BREAKER })
    await person.outcome(fail)
    const controller = new AbortController()
    const all = Array.from({ length: 5 }, () => job.outcome(() => 1, { signal: controller.signal }))
    await time.advance(10)
    controller.abort('left')
    for (const outcome of await Promise.all(all))
      expect(outcome).toMatchObject({ stop: 'aborted', error: 'left', attempts: 0 })
    expectEmpty()
  })

  it('a probe whose caller leaves hands its turn on; of one shared signal none is sent after', async () => {
    const { time, job, person, expectEmpty } = setUp({ breaker: BREAKER })
    await person.outcome(fail)
    const controller = new AbortController()
    const { signal } = controller
    let sent = 0
    const first = job.outcome(() => (sent++, new Promise<never>(() => {})), { signal })
    const second = job.outcome(() => sent++, { signal })
    const other = job.outcome(() => 'mine')
    await time.advance(600)
    expect(sent).toBe(1)
    controller.abort('left')
    expect(await time.run(Promise.all([first, second, other]))).toMatchObject([
      { stop: 'aborted' },
      { stop: 'aborted', attempts: 0 },
      { ok: true, value: 'mine' },
    ])
    expect(sent).toBe(1)
    expectEmpty()
  })

  it('one refused by the breaker’s ramp after its turn waits again, holding neither slot nor turn', async () => {
    let draw = 0
    // The ramp lets a tenth through at first: the draws refuse for a while.
    const random = () => (draw++ % 12 === 11 ? 0.01 : 0.99)
    const { time, job, person, expectEmpty } = setUp({
      random,
      breaker: { ...BREAKER, ramp: 60_000 },
      concurrency: { limit: 2, queue: 50 },
    })
    await person.outcome(fail)
    const all = Array.from({ length: 10 }, () => job.outcome(() => 'ok'))
    for (const outcome of await time.run(Promise.all(all))) expect(outcome).toMatchObject({ ok: true, attempts: 1 })
    expectEmpty()
  })

  it('releases saved up in good times do not all go at once into the next outage', async () => {
    const { time, job, person, expectEmpty } = setUp({ breaker: BREAKER })
    const controller = new AbortController()
    for (let round = 0; round < 2; round++) {
      await person.outcome(fail)
      await time.run(Promise.all(Array.from({ length: 9 }, () => job.outcome(() => 'ok'))))
    }
    await person.outcome(fail)
    const left = Array.from({ length: 9 }, () => job.outcome(() => 'ok', { signal: controller.signal }))
    controller.abort()
    await Promise.all(left)
    let sent = 0
    const all = Array.from({ length: 9 }, () =>
      job.outcome(() => (sent++, new Promise((done) => time.clock.alarm(5, () => done(1))))),
    )
    await time.advance(501)
    expect(sent).toBe(1)
    await time.run(Promise.all(all))
    expectEmpty()
  })

  it('urgency makes one call of an interactive operation wait', async () => {
    const { time, person, expectEmpty } = setUp({ breaker: BREAKER })
    await person.outcome(fail)
    expect(await time.run(person.outcome(() => 1, { urgency: 'background' }))).toMatchObject({ ok: true })
    expectEmpty()
  })
})

describe('background calls beside others', () => {
  it('an answer that is final holds nobody back', async () => {
    const { time, job, person } = setUp({ breaker: BREAKER })
    await person.outcome(fail)
    const missing = scriptedDependency([{ status: 404 }])
    const calls = Array.from({ length: 20 }, (_, n) =>
      n % 2 ? job.outcome(missing.attempt) : job.outcome(() => 'done'),
    )
    await time.run(Promise.all(calls))
    expect(time.now()).toBeLessThan(5_000)
  })

  it('one operation that keeps failing holds up no other', async () => {
    const { time, guarded, job } = setUp({ budget: { max: '2/m' } })
    const other = guarded.operation('other', { effect: 'read', use: 'background', deadline: '5m' })
    const failing = Array.from({ length: 20 }, () => job.outcome(fail))
    await time.advance(1_000)
    const flaky = scriptedDependency([{ error: DOWN }, { error: DOWN }, 'ok'])
    const before = time.now()
    await time.run(other.outcome(flaky.attempt))
    expect(time.now() - before).toBeLessThan(10_000)
    await time.run(Promise.all(failing))
  })

  it('traffic that is well does not send the waiters of what fails at its own rate', async () => {
    const { time, guarded, job } = setUp({ budget: { max: '2/m' } })
    const healthy = guarded.operation('healthy', { effect: 'read' })
    const down = scriptedDependency([{ error: DOWN }])
    const waiting = Array.from({ length: 100 }, () => job.outcome(down.attempt))
    await time.advance(2_000)
    const before = down.calls.length
    for (let n = 0; n < 600; n++) {
      await healthy.run(() => 1)
      await time.advance(100)
    }
    expect(down.calls.length - before).toBeLessThan(130)
    await time.run(Promise.all(waiting))
  })
})

describe('background calls at a half-open breaker', () => {
  const ONE_PROBE = { ...BREAKER, cooldown: 500 }

  it('wait no longer than the probe, whatever time it was given', async () => {
    const { time, guarded, person, job } = setUp({ breaker: ONE_PROBE })
    await person.outcome(fail)
    const slow = guarded.operation('slow', { effect: 'read', attempts: 1, attemptTimeout: '60s', deadline: '60s' })
    await time.advance(600)
    const probe = slow.outcome(() => new Promise((_, fails) => time.clock.alarm(100, () => fails(DOWN))))
    const waiting = job.outcome(() => 'done')
    expect(await time.run(waiting)).toMatchObject({ ok: true })
    expect(time.now()).toBeLessThan(3_000)
    await probe
  })

  it('a probe without a time of its own keeps its place for a lease, not until its deadline', async () => {
    const { time, guarded, person, job } = setUp({ breaker: ONE_PROBE })
    await person.outcome(fail)
    await time.advance(600)
    const endless = guarded.operation('endless', { effect: 'read', use: 'background', attemptTimeout: 'none' })
    const leaving = new AbortController()
    const hung = endless.outcome(() => new Promise(() => {}), { signal: leaving.signal })
    expect(await time.run(job.outcome(() => 'done'))).toMatchObject({ ok: true })
    expect(time.now()).toBeLessThan(20_000)
    leaving.abort()
    expect(await time.run(hung)).toMatchObject({ stop: 'aborted' })
  })

  it('one that was aborted while the breaker refused its retry is not sent again', async () => {
    const { time, job } = setUp({ breaker: BREAKER }, { backoff: 'none' })
    const leaving = new AbortController()
    onTestFinished(events.on('breaker', () => leaving.abort()))
    const script = scriptedDependency([{ error: DOWN }, 'ok'])
    expect(await time.run(job.outcome(script.attempt, { signal: leaving.signal }))).toMatchObject({ stop: 'aborted' })
    expect(script.calls).toHaveLength(1)
  })
})
