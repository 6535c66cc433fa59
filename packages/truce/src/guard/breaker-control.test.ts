import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BreakerOpenError, type By, dependency, type DependencyOptions, OptionError } from '../index.js'
import { type BreakerChange, breakerChanges } from '../telemetry/events.js'
import { virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const BREAKER = {
  kind: 'consecutive',
  failures: 2,
  cooldown: 500,
  cooldownMax: 500,
  ramp: 0,
  probes: 1,
  closeAfter: 1,
} as const
const ADA: By = { who: 'ada', why: 'INC-42' }
const fail = () => {
  throw DOWN
}

let changes: BreakerChange[] = []
let off = () => {}
beforeEach(() => {
  changes = []
  off = breakerChanges.on((change) => changes.push(change))
})
afterEach(() => off())
let serial = 0

function setUp(options: DependencyOptions = {}) {
  const time = virtualTime({ epoch: 1_000_000 })
  const guarded = dependency(`control-${serial++}`, {
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    breaker: BREAKER,
    ...options,
  })
  const operation = guarded.operation('call', { effect: 'read', attempts: 1 })
  const job = guarded.operation('job', { effect: 'read', use: 'background' })
  const expectEmpty = () => {
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(wheelOf(time.clock).size).toBe(0)
  }
  return { time, guarded, operation, job, control: guarded.breaker, expectEmpty }
}

describe('forceOpen', () => {
  it('refuses every attempt for so long; then probes decide', async () => {
    const { time, operation, control, guarded } = setUp()
    control.forceOpen({ ...ADA, for: '10m' })
    expect(guarded.state().breakerState).toBe('open')
    const error = await operation.run(() => 1).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(BreakerOpenError)
    expect(error).toMatchObject({ retryIn: 600_000 })
    await time.advance(599_999)
    expect(await operation.outcome(() => 1)).toMatchObject({ stop: 'breaker' })
    await time.advance(1)
    expect(control.override).toBeUndefined()
    expect(guarded.state().breakerState).toBe('half-open')
    expect(await operation.outcome(() => 1)).toMatchObject({ ok: true })
    expect(guarded.state().breakerState).toBe('closed')
  })

  it('is an event, with who and why', () => {
    const { control, guarded } = setUp()
    control.forceOpen({ ...ADA, for: '10m' })
    expect(changes).toEqual([
      { t: 1_000_000, dependency: guarded.name, service: '', from: 'closed', to: 'open', who: 'ada', why: 'INC-42' },
    ])
  })

  it('a background call in line goes when the time is up', async () => {
    const { time, job, control, expectEmpty } = setUp()
    control.forceOpen({ ...ADA, for: '1m' })
    const waiting = job.outcome(() => 'done')
    expect(await time.run(waiting)).toMatchObject({ ok: true, waited: 60_000 })
    expectEmpty()
  })
})

describe('forceClosed', () => {
  it('lets everything through an open breaker for so long; outcomes still count afterwards', async () => {
    const { time, operation, control, guarded } = setUp()
    for (let n = 0; n < 2; n++) await operation.outcome(fail)
    expect(guarded.state().breakerState).toBe('open')
    control.forceClosed({ ...ADA, for: '1m' })
    expect(guarded.state().breakerState).toBe('closed')
    for (let n = 0; n < 5; n++) expect(await operation.outcome(fail)).toMatchObject({ stop: 'attempts' })
    await time.advance(60_000)
    for (let n = 0; n < 2; n++) await operation.outcome(fail)
    expect(await operation.outcome(fail)).toMatchObject({ stop: 'breaker' })
    expect(changes.map(({ from, to, who }) => [from, to, who]).slice(0, 2)).toEqual([
      ['closed', 'open', undefined],
      ['open', 'closed', 'ada'],
    ])
  })

  it('wakes who waits in line, at once', async () => {
    const { time, job, operation, control, expectEmpty } = setUp()
    for (let n = 0; n < 2; n++) await operation.outcome(fail)
    const waiting = [job.outcome(() => 1), job.outcome(() => 2), job.outcome(() => 3)]
    await time.advance(100)
    control.forceClosed({ ...ADA, for: '1m' })
    await time.settle()
    expect(await Promise.all(waiting)).toMatchObject([{ waited: 100 }, { waited: 100 }, { waited: 100 }])
    expectEmpty()
  })
})

describe('isolate', () => {
  it('takes the dependency out of use until restore(), which wakes who waits', async () => {
    const { time, job, operation, control, guarded, expectEmpty } = setUp()
    control.isolate(ADA)
    expect(control.override).toEqual({ kind: 'isolate', ...ADA, until: Infinity })
    const waiting = job.outcome(() => 'done')
    await time.advance(3_000_000)
    expect(await operation.outcome(() => 1)).toMatchObject({ stop: 'breaker', attempts: 0 })
    control.restore()
    await time.settle()
    expect(await waiting).toMatchObject({ ok: true, waited: 3_000_000 })
    expect(control.override).toBeUndefined()
    expect(guarded.state().breakerState).toBe('closed')
    expectEmpty()
  })

  it('or for so long', async () => {
    const { time, operation, control } = setUp()
    control.isolate({ ...ADA, for: 5_000 })
    expect(control.override).toEqual({ kind: 'isolate', ...ADA, until: 1_005_000 })
    await time.advance(5_000)
    expect(await operation.outcome(() => 1)).toMatchObject({ ok: true })
  })

  it('says no when it may be tried again while nobody knows', async () => {
    const { operation, control } = setUp()
    control.isolate(ADA)
    const outcome = await operation.outcome(() => 1)
    expect(outcome).toMatchObject({ explanation: { retryAt: undefined }, error: { retryIn: undefined } })
  })

  it('an attempt under way ends as it would, and a retry of it is refused', async () => {
    const { time, guarded, control } = setUp()
    const twice = guarded.operation('twice', { effect: 'read', attempts: 2, backoff: { initial: 100, jitter: 'none' } })
    const ends = [
      twice.outcome(() => new Promise((done) => time.clock.alarm(50, () => done('came')))),
      twice.outcome(() => new Promise((_, no) => time.clock.alarm(50, () => no(DOWN)))),
      twice.outcome(fail),
    ]
    await time.advance(20)
    control.isolate(ADA)
    expect(await time.run(Promise.all(ends))).toMatchObject([
      { ok: true, value: 'came' },
      { ok: false, stop: 'breaker', attempts: 1, error: DOWN },
      { ok: false, stop: 'breaker', attempts: 1, error: DOWN },
    ])
  })
})

describe('the word in force', () => {
  it('is the latest', async () => {
    const { operation, control } = setUp()
    control.isolate(ADA)
    control.forceClosed({ who: 'bob', why: 'it is back', for: '1m' })
    expect(control.override).toMatchObject({ kind: 'force-closed', who: 'bob' })
    expect(await operation.outcome(() => 1)).toMatchObject({ ok: true })
    control.restore()
    expect(control.override).toBeUndefined()
  })

  it('restore() without any changes nothing', async () => {
    const { operation, control, guarded } = setUp()
    control.restore()
    expect(guarded.state().breakerState).toBe('closed')
    for (let n = 0; n < 2; n++) await operation.outcome(fail)
    control.restore()
    expect(guarded.state().breakerState).toBe('open')
  })

  it('is an event even where the breaker was open by itself: who comes to look wants to know', async () => {
    const { operation, control } = setUp()
    for (let n = 0; n < 2; n++) await operation.outcome(fail)
    control.isolate(ADA)
    expect(changes.at(-1)).toMatchObject({ to: 'open', who: 'ada', why: 'INC-42' })
  })

  it.each([
    ['nobody', undefined],
    ['no reason', { who: 'ada' }],
    ['an empty name', { ...ADA, who: '' }],
    ['no time', ADA],
    ['a wrong time', { ...ADA, for: 'soon' }],
    ['something else', { ...ADA, for: 1, until: 5 }],
  ])('needs %s', (_, by: unknown) => {
    const { control, operation } = setUp()
    for (const say of ['forceOpen', 'forceClosed'] as const) {
      expect(() => control[say](by as never)).toThrow(OptionError)
    }
    expect(control.override).toBeUndefined()
    return expect(operation.run(() => 1)).resolves.toBe(1)
  })

  it('isolate() needs who and why as well', () => {
    const { control } = setUp()
    for (const by of [undefined, {}, { who: 'ada' }, { why: 'x' }]) {
      expect(() => control.isolate(by as never)).toThrow(OptionError)
    }
  })

  it('a dependency without a breaker has nothing to override', () => {
    const { control } = setUp({ breaker: 'none' })
    const by = { ...ADA, for: '1m' } as const
    for (const say of ['forceOpen', 'forceClosed', 'isolate'] as const) {
      expect(() => control[say](by)).toThrow(expect.objectContaining({ code: 'TRUCE_OPTION', option: 'breaker' }))
    }
    control.restore()
    expect(control.override).toBeUndefined()
  })
})

describe('with partitions', () => {
  it('counts for all, also those met later, until it is taken back', async () => {
    const { operation, control, guarded } = setUp({ partition: 'shard' })
    await operation.run(() => 1, { partition: 'eu-1' })
    control.isolate(ADA)
    for (const partition of ['eu-1', 'us-1']) {
      expect(await operation.outcome(() => 1, { partition })).toMatchObject({ stop: 'breaker' })
      expect(guarded.state(partition).breakerState).toBe('open')
    }
    expect(changes).toMatchObject([{ partition: 'eu-1', to: 'open', who: 'ada' }])
    control.restore()
    for (const partition of ['eu-1', 'us-1', 'ap-1']) {
      expect(await operation.outcome(() => 1, { partition })).toMatchObject({ ok: true })
    }
  })

  it('is seen before any partition was met', () => {
    const { control, guarded } = setUp({ partition: 'shard' })
    control.isolate(ADA)
    expect(guarded.state().breakerState).toBe('open')
    expect(guarded.state('eu-1').breakerState).toBe('open')
  })

  it('that runs out is not obeyed by those met later', async () => {
    const { time, operation, control } = setUp({ partition: 'shard' })
    control.forceOpen({ ...ADA, for: 1_000 })
    await time.advance(1_000)
    expect(await operation.outcome(() => 1, { partition: 'eu-1' })).toMatchObject({ ok: true })
  })

  it('a call that waits in a forgotten partition hears of the restore too', async () => {
    const { time, operation, job, control, expectEmpty } = setUp({ partition: { by: 'tenant', max: 1 } })
    control.isolate(ADA)
    const waiting = job.outcome(() => 'done', { partition: 'a' })
    await time.settle()
    await time.run(operation.outcome(() => 1, { partition: 'b' }))
    control.restore()
    await time.advance(5_000)
    expect(await time.run(waiting)).toMatchObject({ ok: true })
    expect(time.now()).toBeLessThanOrEqual(10_000)
    expectEmpty()
  })
})
