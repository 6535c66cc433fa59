import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Attempt, dependency, type DependencyOptions, explain, type OperationOptions } from '../index.js'
import { attempts } from '../telemetry/events.js'
import { countersOf } from '../telemetry/counters.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { type Step, scriptedDependency, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const
const hang = () => new Promise<never>(() => {})

let records: AttemptRecord[] = []
let off = () => {}
beforeEach(() => {
  records = []
  off = attempts.on((record) => records.push(record))
})
afterEach(() => off())
let serial = 0

function setUp(options: DependencyOptions = OFF, call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const name = `hedge-${serial++}`
  const guarded = dependency(name, { clock: time.clock, random: () => 0.5, ...options })
  const operation = guarded.operation('call', {
    effect: 'read',
    attempts: 3,
    attemptTimeout: 500,
    deadline: 3_000,
    backoff: { initial: 100, jitter: 'none' },
    hedge: { after: '50ms' },
    ...call,
  })
  /** Each attempt of a call follows its own step, and its signal is kept. */
  const scripted = <S extends Step>(steps: readonly S[]) => {
    const script = scriptedDependency(steps, { clock: time.clock })
    const signals: AbortSignal[] = []
    const fn = (attempt: Attempt) => {
      signals.push(attempt.signal)
      return script.attempt(attempt)
    }
    return { fn, signals, calls: script.calls }
  }
  const counters = countersOf('', name, 'call', call.effect ?? 'read')
  const expectEmpty = () => {
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(counters.inFlight).toBe(0)
    expect(wheelOf(time.clock).size).toBe(0)
  }
  return { time, guarded, operation, scripted, counters, expectEmpty }
}

/** `attempt cause outcome`, the stop where there is one. */
const told = () =>
  records.map(({ attempt, cause, outcome, stop }) => `${attempt} ${cause} ${outcome}${stop ? `: ${stop}` : ''}`)

describe('the caller leaves', () => {
  it.each([
    ['both run', ['hang', 'hang'], ['1 original aborted', '2 hedge aborted: aborted']],
    [
      'the original has failed',
      [{ error: DOWN, after: 60 }, 'hang'],
      ['1 original unavailable', '2 hedge aborted: aborted'],
    ],
    [
      'the hedge has failed',
      ['hang', { error: DOWN, after: 10 }],
      ['2 hedge unavailable', '1 original aborted: aborted'],
    ],
  ] as const)('while %s: the reason reaches all, once', async (_, steps, expected) => {
    const { time, operation, scripted, guarded, expectEmpty } = setUp({
      governor: 'none',
      breaker: 'none',
      concurrency: 5,
    })
    const { fn, signals } = scripted<Step>(steps)
    const controller = new AbortController()
    const reason = new Error('left')
    const running = operation.outcome(fn, { signal: controller.signal })
    await time.advance(70)
    controller.abort(reason)
    expect(await running).toMatchObject({ ok: false, stop: 'aborted', error: reason, attempts: 2 })
    expect(explain(reason)).toMatchObject({ stop: 'aborted', certainty: 'unknown', attempts: 2 })
    for (const signal of signals) if (signal.aborted) expect(signal.reason).toBe(reason)
    expect(told()).toEqual(expected)
    // Both were sent: what the hedge cost is spent.
    expect(guarded.state().budgetRemaining).toBe(1)
    expectEmpty()
  })

  it('in a listener that hears of the first failure: it is not left waiting for the other', async () => {
    const { time, operation, scripted, expectEmpty } = setUp()
    const controller = new AbortController()
    const stop = attempts.on(() => controller.abort('left'))
    const { fn, signals } = scripted([{ error: DOWN, after: 60 }, 'hang'])
    const outcome = await time.run(operation.outcome(fn, { signal: controller.signal }))
    stop()
    expect(outcome).toMatchObject({ stop: 'aborted', error: 'left' })
    expect(time.now()).toBe(60)
    expect(signals[1]).toMatchObject({ aborted: true, reason: 'left' })
    expectEmpty()
  })

  it.each(['classifier', 'listener of a signal'])('in a %s: every attempt still has its record', async (where) => {
    const controller = new AbortController()
    const classify = () => (where === 'classifier' && controller.abort('left'), undefined)
    const { time, operation, expectEmpty } = setUp({ ...OFF, classify }, { attemptTimeout: 80 })
    const fn = ({ attempt, signal }: Attempt) => {
      if (attempt === 2) return hang()
      if (where !== 'classifier') signal.addEventListener('abort', () => controller.abort('left'))
      return where === 'classifier' ? new Promise((_, no) => time.clock.alarm(60, () => no(DOWN))) : hang()
    }
    const outcome = await time.run(operation.outcome(fn, { signal: controller.signal }))
    expect(outcome).toMatchObject({ stop: 'aborted', error: 'left', attempts: 2 })
    expect(new Set(records.map(({ attempt }) => attempt))).toEqual(new Set([1, 2]))
    expect(records.filter(({ cause }) => cause !== 'end')).toHaveLength(2)
    expect(records.filter(({ stop }) => stop)).toHaveLength(1)
    expectEmpty()
  })
})

it('in the function itself: an abort before it returns cuts both', async () => {
  const { time, operation, expectEmpty } = setUp({ ...OFF, concurrency: 2 })
  const controller = new AbortController()
  const fn = vi.fn<(attempt: Attempt) => unknown>(({ attempt }) => {
    if (attempt === 2) controller.abort('inside')
    return hang()
  })
  expect(await time.run(operation.outcome(fn, { signal: controller.signal }))).toMatchObject({ stop: 'aborted' })
  expect(fn).toHaveBeenCalledTimes(2)
  expectEmpty()
})

it('an answer that is there counts, though the next call’s function, started by its slot, aborts: each attempt is told of', async () => {
  const { time, operation, scripted, expectEmpty } = setUp({ ...OFF, concurrency: { limit: 2, queue: 5 } })
  const controller = new AbortController()
  const { fn } = scripted([{ value: 'there', after: 100 }, 'hang'])
  const first = operation.outcome<unknown>(fn, { signal: controller.signal })
  await time.advance(60)
  const second = operation.outcome(() => controller.abort('left'))
  expect(await time.run(first)).toMatchObject({ ok: true, value: 'there', attempts: 2 })
  await second
  const [call] = records.map((record) => record.call)
  const its = records.filter((record) => record.call === call)
  expect(its.map(({ attempt, outcome, stop }) => [attempt, outcome, stop])).toEqual([
    [2, 'aborted', undefined],
    [1, 'ok', 'ok'],
  ])
  expectEmpty()
})
