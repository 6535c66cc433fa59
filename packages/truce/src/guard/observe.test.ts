import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Attempt, dependency, type DependencyOptions, explain } from '../index.js'
import { type Observation, observations } from '../telemetry/events.js'
import { virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
let seen: Observation[] = []
let off = () => {}
beforeEach(() => {
  seen = []
  off = observations.on((observation) => seen.push(observation))
})
afterEach(() => off())

function setUp(options: DependencyOptions = {}) {
  const time = virtualTime({ epoch: 1_000 })
  const guarded = dependency('observed', { mode: 'observe', clock: time.clock, random: () => 0.5, ...options })
  const operation = guarded.operation('call', { effect: 'read', attemptTimeout: 50, deadline: 200 })
  return { time, guarded, operation }
}
const fail = () => {
  throw DOWN
}

describe('mode: observe', () => {
  it('calls the function once and hands its answer on; nothing is told of a success', async () => {
    const fn = vi.fn<() => unknown>(() => 'answer')
    const { operation } = setUp()
    expect(await operation.run(fn)).toBe('answer')
    expect(fn).toHaveBeenCalledOnce()
    expect(seen).toEqual([])
    expect(await operation.outcome(fn)).toMatchObject({ ok: true, value: 'answer', stop: 'ok', attempts: 1 })
  })

  it('calls it once though it fails, throws the same error, and tells of the retry', async () => {
    const fn = vi.fn<() => unknown>(fail)
    const { operation } = setUp()
    await expect(operation.run(fn)).rejects.toBe(DOWN)
    expect(fn).toHaveBeenCalledOnce()
    expect(explain(DOWN)).toMatchObject({ stop: 'not-owner', attempts: 1, certainty: 'not-applied' })
    expect(seen).toMatchObject([
      { t: 1_000, dependency: 'observed', operation: 'call', attempt: 1, would: 'retry', wait: 50 },
    ])
  })

  it('takes nothing from calls of the same dependency that are enforced', async () => {
    const { time } = setUp()
    const shared = dependency('shared', { clock: time.clock, random: () => 0.5 })
    const watched = shared.operation('watched', { effect: 'read', mode: 'observe' })
    const enforced = shared.operation('enforced', { effect: 'read' })
    for (let n = 0; n < 5; n++) await watched.run(fail).catch(() => {})
    expect(await time.run(enforced.outcome(fail))).toMatchObject({ stop: 'attempts', attempts: 3 })
  })

  it.each([
    ['undefined', undefined],
    ['a string', 'down'],
    ['null', null],
  ])('a thrown %s stays what it is', async (_, thrown) => {
    const { operation } = setUp()
    const throwing = () => {
      throw thrown as unknown as Error
    }
    const caught = await operation.run(throwing).catch((error: unknown) => [error])
    expect(caught).toEqual([thrown])
  })

  it('cuts nothing: a slow call goes on, and that it would have been cut is told', async () => {
    const { operation, time } = setUp()
    const slow = operation.run(() => new Promise((resolve) => time.clock.alarm(5_000, () => resolve('late'))))
    expect(await time.run(slow)).toBe('late')
    expect(seen).toMatchObject([{ would: 'time-out', attempt: 1 }])
    expect(wheelOf(time.clock).size).toBe(0)
  })

  it('refuses nothing: an open breaker and an empty budget are only told of', async () => {
    const { operation, guarded } = setUp({ breaker: { kind: 'consecutive', failures: 1 } })
    await operation.outcome(fail)
    expect(guarded.state().breakerState).toBe('open')
    expect(await operation.run(() => 'through')).toBe('through')
    expect(seen.at(-1)).toMatchObject({ attempt: 0, would: 'refuse', reason: 'breaker' })
  })

  it('a permanent failure would have stopped', async () => {
    const { operation } = setUp()
    await operation.run(() => new Response(null, { status: 404 }))
    expect(seen).toMatchObject([{ would: 'stop', reason: 'permanent' }])
  })

  it('passes the caller’s abort on, with one listener for all calls, and takes it off again', async () => {
    const { operation } = setUp()
    const controller = new AbortController()
    const obeys = ({ signal }: Attempt) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const all = Array.from({ length: 50 }, () => operation.outcome(obeys, { signal: controller.signal }))
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    controller.abort('left')
    for (const outcome of await Promise.all(all))
      expect(outcome).toMatchObject({ ok: false, error: 'left', stop: 'aborted' })
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  it('with a signal that has aborted it still calls, as an unguarded call would', async () => {
    const aborted = await setUp().operation.run(({ signal }) => signal.aborted, { signal: AbortSignal.abort() })
    expect(aborted).toBe(true)
  })

  it('guards inside find what they would find without it: no deadline of its own, no owner', async () => {
    const { operation, time, guarded } = setUp()
    const owning = guarded.operation('owning', { effect: 'read', owner: 'elsewhere', deadline: 10 })
    const inner = dependency('inner', { clock: time.clock, random: () => 0.5 }).operation('call', { effect: 'read' })
    let tries = 0
    const flaky = () => {
      if (++tries < 3) throw DOWN
      return tries
    }
    expect(await time.run(owning.run((context) => inner.run(flaky, { context })))).toBe(3)
    expect(await operation.run(({ remaining }) => remaining)).toBe(Infinity)
  })
})
