import { describe, expect, it, vi } from 'vitest'
import { type Attempt, explain } from '../index.js'
import { attempts } from '../telemetry/events.js'
import { type Step } from '../testing/index.js'
import { setUp, told } from '../../test/scenes/hedged.js'
import { DOWN, hang, OFF, records } from '../../test/scenes/recorded.js'

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
