import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dependency, type DependencyOptions, type OperationOptions, OptionError } from '../index.js'
import { type BreakerChange, breakerChanges } from '../telemetry/events.js'
import { countersOf } from '../telemetry/counters.js'
import { scriptedDependency, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const BREAKER = { kind: 'consecutive', failures: 3, cooldown: 500, cooldownMax: 500, ramp: 0 } as const
const hang = () => new Promise<never>(() => {})
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

function setUp(options: DependencyOptions = {}, call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const name = `partition-${serial++}`
  const guarded = dependency(name, {
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    breaker: BREAKER,
    partition: 'shard',
    ...options,
  })
  const operation = guarded.operation('read', { effect: 'read', attempts: 1, attemptTimeout: 100, ...call })
  const counters = countersOf('', name, 'read', 'read')
  const kill = async (partition: string) => {
    for (let n = 0; n < 3; n++) await time.run(operation.outcome(fail, { partition }))
  }
  const expectEmpty = () => {
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(counters.inFlight).toBe(0)
    expect(wheelOf(time.clock).size).toBe(0)
  }
  return { time, guarded, operation, kill, expectEmpty }
}

describe('a dead shard', () => {
  it('opens its own breaker only, and the worst is what state() says', async () => {
    const { time, guarded, operation, kill } = setUp()
    await time.run(operation.run(() => 1, { partition: 'us-1' }))
    await kill('eu-1')
    expect(guarded.state('eu-1').breakerState).toBe('open')
    expect(guarded.state('us-1').breakerState).toBe('closed')
    expect(guarded.state('never-met').breakerState).toBe('closed')
    expect(guarded.state().breakerState).toBe('open')
    expect(await time.run(operation.outcome(() => 1, { partition: 'us-1' }))).toMatchObject({ ok: true })
    expect(await time.run(operation.outcome(() => 1, { partition: 'eu-1' }))).toMatchObject({ stop: 'breaker' })
    expect(changes).toMatchObject([{ dependency: guarded.name, partition: 'eu-1', from: 'closed', to: 'open' }])
  })

  it('is known by all operations of the dependency', async () => {
    const { time, guarded, kill } = setUp()
    await kill('eu-1')
    const other = guarded.operation('other', { effect: 'read' })
    expect(await time.run(other.outcome(() => 1, { partition: 'eu-1' }))).toMatchObject({ stop: 'breaker' })
  })

  it('has a governor of its own', async () => {
    const { time, guarded, operation } = setUp({ governor: undefined as never, breaker: 'none' })
    for (let n = 0; n < 5; n++) await time.run(operation.outcome(hang, { partition: 'eu-1' }))
    await time.run(operation.run(() => 1, { partition: 'us-1' }))
    expect(guarded.state('eu-1').governorLevel).toBeLessThan(1)
    expect(guarded.state('us-1').governorLevel).toBe(2)
    expect(guarded.state().governorLevel).toBe(guarded.state('eu-1').governorLevel)
  })

  it('before any call the governor is at rest, as of a dependency without partitions', () => {
    expect(setUp({ governor: undefined as never }).guarded.state().governorLevel).toBe(2)
  })

  it('its background calls wait; those of another shard do not', async () => {
    const { time, guarded, kill, expectEmpty } = setUp()
    const job = guarded.operation('job', { effect: 'read', use: 'background' })
    await kill('eu-1')
    const waiting = job.outcome(() => 'done', { partition: 'eu-1' })
    expect(await time.run(job.outcome(() => 'done', { partition: 'us-1' }))).toMatchObject({ waited: 0 })
    expect(guarded.state()).toMatchObject({ waiting: 1 })
    expect(guarded.state('eu-1')).toMatchObject({ waiting: 1 })
    expect(guarded.state('us-1')).toMatchObject({ waiting: 0 })
    expect(await time.run(waiting)).toMatchObject({ ok: true, waited: 500 })
    expectEmpty()
  })
})

describe('what partitions share', () => {
  it('the budget: one shard spends what the others have not', async () => {
    const { time, guarded, operation } = setUp({ budget: undefined as never, breaker: 'none' }, { attempts: 3 })
    const backoff = await time.run(operation.outcome(fail, { partition: 'eu-1' }))
    expect(backoff).toMatchObject({ stop: 'attempts', attempts: 3 })
    expect(guarded.state('us-1').budgetRemaining).toBe(0)
    expect(await time.run(operation.outcome(fail, { partition: 'us-1' }))).toMatchObject({
      stop: 'budget',
      attempts: 1,
    })
  })

  it('the concurrency limit', async () => {
    const { time, operation, guarded, expectEmpty } = setUp({ concurrency: { limit: 1, queue: 1 } })
    const script = scriptedDependency([{ after: 20 }], { clock: time.clock })
    const [first, second, third] = ['eu-1', 'us-1', 'ap-1'].map((partition) =>
      operation.outcome(script.attempt, { partition }),
    )
    expect(guarded.state('eu-1')).toMatchObject({ inFlight: 1, waiting: 1, concurrencyLimit: 1 })
    expect(await third).toMatchObject({ stop: 'concurrency' })
    expect(await time.run(Promise.all([first, second]))).toMatchObject([{ ok: true }, { ok: true }])
    expect(time.now()).toBe(40)
    expectEmpty()
  })
})

describe('of too many partitions', () => {
  const two = { partition: { by: 'tenant', max: 2 } } as const

  it('the one not called for longest is forgotten, and starts anew', async () => {
    const { time, guarded, operation, kill } = setUp(two)
    await kill('a')
    await time.run(operation.run(() => 1, { partition: 'b' }))
    await time.run(operation.outcome(() => 1, { partition: 'a' }))
    await time.run(operation.run(() => 1, { partition: 'c' }))
    // `a` was called after `b`, though it was refused.
    expect(guarded.state('a').breakerState).toBe('open')
    await time.run(operation.run(() => 1, { partition: 'd' }))
    expect(await time.run(operation.outcome(() => 1, { partition: 'a' }))).toMatchObject({ ok: true })
  })

  it('10,000 tenants keep 2 states, and looking at one is no use of it', async () => {
    const { time, operation, guarded, kill } = setUp(two)
    await kill('a')
    for (let n = 0; n < 1_000; n++) guarded.state('a')
    for (let n = 0; n < 10_000; n++) void operation.outcome(() => n, { partition: `t-${n}` })
    await time.settle()
    expect(guarded.state('a').breakerState).toBe('closed')
    expect(guarded.state('t-9999').breakerState).toBe('closed')
  })

  it('a stranger who invents names costs the same for each: nobody looks through all that were ever met', async () => {
    const looks = vi.spyOn(WeakRef.prototype, 'deref')
    const { time, operation } = setUp(two)
    const names = 3_000
    for (let n = 0; n < names; n++) void operation.outcome(() => n, { partition: `t-${n}` })
    await time.settle()
    const looked = looks.mock.calls.length
    looks.mockRestore()
    expect(looked / names).toBeLessThan(10)
  })

  it('a call in flight of a forgotten one still gives everything back', async () => {
    const { time, operation, expectEmpty } = setUp({ ...two, concurrency: { limit: 3, queue: 0 } }, { attempts: 2 })
    const script = scriptedDependency([{ error: DOWN, after: 50 }, 'ok'], { clock: time.clock })
    const early = operation.outcome(script.attempt, { partition: 'a' })
    for (const partition of ['b', 'c', 'd']) await time.run(operation.run(() => 1, { partition }))
    expect(await time.run(early)).toMatchObject({ ok: true, attempts: 2 })
    expectEmpty()
  })

  it('background calls of a forgotten one still get their turn', async () => {
    const { time, operation, guarded, kill, expectEmpty } = setUp(two)
    const job = guarded.operation('job', { effect: 'read', use: 'background' })
    await kill('a')
    const waiting = [job.outcome(() => 1, { partition: 'a' }), job.outcome(() => 2, { partition: 'a' })]
    for (const partition of ['b', 'c', 'd']) await time.run(operation.run(() => 1, { partition }))
    expect(guarded.state('a').breakerState).toBe('closed')
    expect(await time.run(Promise.all(waiting))).toMatchObject([{ ok: true }, { ok: true }])
    expect(time.now()).toBeLessThan(5_000)
    expectEmpty()
  })
})

describe('the option', () => {
  it('names what it is parted by', () => {
    expect(setUp({ partition: { by: 'tenant' } }).guarded.partitionedBy).toBe('tenant')
    expect(setUp({ partition: 'host' }).guarded.partitionedBy).toBe('host')
    expect(dependency('whole').partitionedBy).toBeUndefined()
  })

  it.each([{}, undefined, { partition: '' }, { partition: 5 }])('a call has to say which one: not with %o', (given) => {
    const { operation } = setUp()
    for (const start of ['run', 'outcome'] as const) {
      expect(() => void operation[start](() => 1, given as never)).toThrow(OptionError)
    }
  })

  it('a call of a dependency that has none must not', () => {
    const whole = dependency('whole').operation('x', { effect: 'read' })
    expect(() => void whole.run(() => 1, { partition: 'a' })).toThrow(/not partitioned/)
  })

  it.each(['region', { by: 'host', max: 0 }, { by: 'host', mx: 1 }, {}, null])('%o is refused', (partition) => {
    expect(() => setUp({ partition: partition as never })).toThrow(OptionError)
  })

  it('in mode observe it is asked for as well', async () => {
    const { operation } = setUp({ mode: 'observe' })
    expect(() => void operation.run(() => 1)).toThrow(OptionError)
    expect(await operation.run(() => 1, { partition: 'a' })).toBe(1)
  })
})
