import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dependency, type DependencyOptions } from '../index.js'
import { attempts } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { scriptedDependency, virtualTime } from '../testing/index.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
let records: AttemptRecord[] = []
let off = () => {}
beforeEach(() => {
  records = []
  off = attempts.on((record) => records.push(record))
})
afterEach(() => off())

function setUp(options: DependencyOptions = {}) {
  const time = virtualTime({ start: 100, epoch: 5_000 })
  const limits = { budget: 'none', governor: 'none', breaker: 'none' } as const
  const guarded = dependency('inventory', {
    service: 'order',
    layer: 'sdk',
    clock: time.clock,
    random: () => 0.5,
    ...limits,
    ...options,
  })
  const operation = guarded.operation('reserve', { effect: 'write', attemptTimeout: 80, attempts: 3 })
  return { time, operation }
}

/** One call, one last record with its stop. */
function expectOneStop() {
  expect(records.map((record) => record.stop === undefined)).toEqual(
    [...records.keys()].map((n) => n < records.length - 1),
  )
}

describe('attempt records', () => {
  it('one an attempt, the stop on the last alone', async () => {
    const { time, operation } = setUp()
    const script = scriptedDependency([{ error: DOWN }, { after: 30 }], { clock: time.clock })
    await time.run(operation.run(script.attempt, { key: 'k' }))
    const call = records[0]?.call
    const base = {
      v: 1,
      side: 'client',
      call,
      service: 'order',
      dependency: 'inventory',
      operation: 'reserve',
      effect: 'write',
      layer: 'sdk',
      timeout: 80,
    }
    expect(records).toMatchObject([
      {
        ...base,
        t: 5_100,
        attempt: 1,
        cause: 'original',
        waited: 0,
        ms: 0,
        outcome: 'unavailable',
        certainty: 'not-applied',
      },
      {
        ...base,
        t: 5_150,
        attempt: 2,
        cause: 'retry',
        waited: 50,
        ms: 30,
        outcome: 'ok',
        certainty: 'applied',
        stop: 'ok',
        source: 'live',
      },
    ])
    expect(records[0]?.key).toMatch(/^[0-9a-f]{16}$/)
    expectOneStop()
  })

  it('refused before any: attempt 0', async () => {
    const { operation } = setUp()
    await operation.outcome(() => 1, { deadline: 0 })
    expect(records).toMatchObject([
      { attempt: 0, cause: 'original', outcome: 'refused', certainty: 'not-applied', stop: 'deadline', ms: 0 },
    ])
  })

  it('aborted in backoff: one more record, which carries the end', async () => {
    const { time, operation } = setUp()
    const controller = new AbortController()
    const outcome = operation.outcome(scriptedDependency([{ error: DOWN }]).attempt, { signal: controller.signal })
    await time.advance(20)
    controller.abort()
    await outcome
    expect(records).toMatchObject([
      { attempt: 1, cause: 'original', outcome: 'unavailable' },
      {
        attempt: 1,
        cause: 'end',
        waited: 20,
        ms: 0,
        outcome: 'unavailable',
        stop: 'aborted',
        certainty: 'not-applied',
      },
    ])
    expectOneStop()
  })

  it('aborted in an attempt: that attempt’s record carries the end', async () => {
    const { time, operation } = setUp()
    const controller = new AbortController()
    const outcome = operation.outcome(() => new Promise<never>(() => {}), { signal: controller.signal })
    await time.advance(20)
    controller.abort()
    await outcome
    expect(records).toMatchObject([
      { attempt: 1, cause: 'original', ms: 20, outcome: 'aborted', certainty: 'unknown', stop: 'aborted' },
    ])
  })

  it('aborted before it began: attempt 0', async () => {
    await setUp().operation.outcome(() => 1, { signal: AbortSignal.abort('no') })
    expect(records).toMatchObject([{ attempt: 0, outcome: 'aborted', stop: 'aborted', certainty: 'not-applied' }])
  })

  it('time in a bulkhead’s queue is told apart', async () => {
    const { time, operation } = setUp({ concurrency: 1 })
    const slow = scriptedDependency([{ after: 40 }], { clock: time.clock })
    await time.run(Promise.all([operation.run(slow.attempt), operation.run(slow.attempt)]))
    expect(records.map(({ waited, queued, ms }) => ({ waited, queued, ms }))).toEqual([
      { waited: 0, queued: 0, ms: 40 },
      { waited: 40, queued: 40, ms: 40 },
    ])
  })

  it('a probe of the breaker is named', async () => {
    const { time, operation } = setUp({ breaker: { kind: 'consecutive', failures: 1 } })
    await operation.outcome(scriptedDependency([{ error: DOWN }]).attempt)
    await time.advance(1_000)
    await operation.run(() => 1)
    expect(records.map(({ cause, outcome }) => [cause, outcome])).toEqual([
      ['state', 'open'],
      ['original', 'unavailable'],
      ['state', 'half-open'],
      ['probe', 'ok'],
    ])
  })

  it('calls below name the attempt that they ran in', async () => {
    const { operation } = setUp()
    const inner = setUp().operation
    await operation.run((context) => inner.run(() => 1, { context }))
    expect(records).toHaveLength(2)
    expect(records[0]?.parent).toBe(`${records[1]?.call}#1`)
    expect(records[1]?.parent).toBeUndefined()
  })

  it('ids of calls are not repeated', async () => {
    const { operation } = setUp()
    await Promise.all(Array.from({ length: 100 }, () => operation.run(() => 1)))
    expect(new Set(records.map(({ call }) => call)).size).toBe(100)
  })
})
