import { describe, expect, it } from 'vitest'
import { dependency, type DependencyOptions, failure, type OperationOptions, OptionError } from '../index.js'
import { attempts } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { type Step, scriptedDependency, virtualTime } from '../testing/index.js'

const REFUSED = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const RESET = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const

function setUp(call: Partial<OperationOptions> = {}, options: DependencyOptions = OFF) {
  const time = virtualTime()
  const guarded = dependency('immediate', { clock: time.clock, random: () => 0.5, ...options })
  const operation = guarded.operation('call', {
    effect: 'read',
    attempts: 4,
    backoff: { initial: 100, jitter: 'none' },
    immediate: 'not-sent',
    ...call,
  })
  const at = async (...steps: Step[]) => {
    const began = time.now()
    const script = scriptedDependency<Step>(steps, { clock: time.clock })
    await time.run(operation.outcome<unknown>(script.attempt))
    return script.calls.map((each) => each.at - began)
  }
  return { time, guarded, operation, at }
}

describe("immediate: 'not-sent'", () => {
  it('one retry goes without a wait where nothing was sent; those after it wait', async () => {
    const { at } = setUp()
    expect(await at({ error: REFUSED }, 'ok')).toEqual([0, 0])
    expect(await at({ error: REFUSED }, { error: REFUSED }, { error: REFUSED }, 'ok')).toEqual([0, 0, 200, 600])
  })

  it('waits where something may have been sent, or the dependency answered', async () => {
    const { at } = setUp()
    expect(await at({ error: RESET }, 'ok')).toEqual([0, 100])
    expect(await at({ status: 503 }, 'ok')).toEqual([0, 100])
    expect(await at({ status: 421 }, 'ok')).toEqual([0, 100])
    expect(await at({ error: RESET }, { error: REFUSED }, 'ok')).toEqual([0, 100, 300])
  })

  it('obeys a wait that was asked for', async () => {
    const classify = () => failure('unavailable', 'not-applied', { answered: false, retryAfter: 1_000 })
    const { time, operation } = setUp({ classify, attempts: 2 })
    await time.run(operation.outcome(() => Promise.reject(REFUSED)))
    expect(time.now()).toBeGreaterThanOrEqual(1_000)
  })

  it('waits for a pool without a free connection: that takes time', async () => {
    const classify = () => failure('overloaded', 'not-applied', { answered: false })
    const { time, operation } = setUp({ classify, attempts: 2 })
    await time.run(operation.outcome(() => Promise.reject(new Error('pool'))))
    expect(time.now()).toBe(100)
  })

  it('is charged like any other retry, and refused like any other', async () => {
    const { time, guarded, operation } = setUp({ attempts: 2 }, { governor: 'none', breaker: 'none' })
    const fail = () => Promise.reject(REFUSED)
    expect(await time.run(operation.outcome(fail))).toMatchObject({ stop: 'attempts', attempts: 2, waited: 0 })
    expect(guarded.state().budgetRemaining).toBe(0)
    expect(await time.run(operation.outcome(fail))).toMatchObject({ stop: 'budget', attempts: 1 })
  })

  it('goes for a write without a key too: nothing can have happened', async () => {
    const { at } = setUp({ effect: 'write' })
    expect(await at({ error: REFUSED }, 'ok')).toEqual([0, 0])
  })

  it('its record says that it is a retry that did not wait', async () => {
    const records: AttemptRecord[] = []
    const off = attempts.on((record) => records.push(record))
    await setUp().at({ error: REFUSED }, 'ok')
    off()
    expect(records).toMatchObject([
      { attempt: 1, cause: 'original' },
      { attempt: 2, cause: 'retry', waited: 0, stop: 'ok' },
    ])
  })

  it('with a slot to take it stands in the queue like any other', async () => {
    const { time, guarded, operation } = setUp({}, { ...OFF, concurrency: { limit: 1, queue: 5 } })
    const order: string[] = []
    const first = operation.outcome(({ attempt }) => {
      order.push(`first ${attempt}`)
      if (attempt === 1) throw REFUSED
    })
    const second = operation.outcome(() => order.push('second'))
    await time.run(Promise.all([first, second]))
    expect(order).toEqual(['first 1', 'second', 'first 2'])
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
  })

  it('is off unless asked for, and has one word', async () => {
    const { immediate: _, ...plain } = { immediate: 'not-sent', effect: 'read', attempts: 2 } as const
    const { time } = setUp()
    const calm = dependency('calm', { clock: time.clock, random: () => 0.5, ...OFF }).operation('call', plain)
    await time.run(calm.outcome(() => Promise.reject(REFUSED)))
    expect(time.now()).toBeGreaterThan(0)
    for (const word of ['always', true, 1]) expect(() => setUp({ immediate: word as never })).toThrow(OptionError)
  })
})
