import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BreakerOpenError, dependency, type DependencyOptions } from '../index.js'
import { breakerChanges } from '../telemetry/events.js'
import { counted } from '../telemetry/counters.js'
import { virtualTime } from '../testing/index.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const BREAKER = { kind: 'consecutive', failures: 1, cooldown: 500, cooldownMax: 500, probes: 1, ramp: 0 } as const
let changes: string[] = []
let off = () => {}
beforeEach(() => {
  changes = []
  off = breakerChanges.on(({ t, from, to }) => changes.push(`${t}: ${from} → ${to}`))
})
afterEach(() => off())
let serial = 0

function setUp(breaker: DependencyOptions['breaker'] = BREAKER) {
  const time = virtualTime({ epoch: 1_000 })
  const name = `breaker-events-${serial++}`
  const guarded = dependency(name, {
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    ...(breaker && { breaker }),
  })
  const operation = guarded.operation('call', { effect: 'read', attempts: 1 })
  const fail = () =>
    operation.outcome(() => {
      throw DOWN
    })
  const opened = () => counted().dependencies.find((counters) => counters.dependency === name)?.breakerOpened
  return { time, guarded, operation, fail, opened }
}

describe('changes of the breaker', () => {
  it('are told one by one, the half-open state too, with their moment', async () => {
    const { time, operation, fail, opened } = setUp()
    await fail()
    await time.advance(600)
    await fail()
    await time.advance(600)
    await operation.run(() => 1)
    expect(changes).toEqual([
      '1000: closed → open',
      '1600: open → half-open',
      '1600: half-open → open',
      '2200: open → half-open',
      '2200: half-open → closed',
    ])
    expect(opened()).toBe(2)
  })

  it('that come with no outcome, because old successes have left the window, are told as well', async () => {
    const { time, operation, fail, guarded, opened } = setUp({
      kind: 'time',
      window: 1_000,
      minimumCalls: 2,
      failureRate: 1,
      openRate: 1,
    })
    await operation.run(() => 1)
    await time.advance(600)
    await fail()
    await fail()
    expect(guarded.state().breakerState).toBe('closed')
    await time.advance(600)
    expect(await operation.outcome(() => 1)).toMatchObject({ stop: 'breaker', attempts: 0 })
    expect(changes).toEqual(['2200: closed → open'])
    expect(opened()).toBe(1)
  })

  it('a listener that throws or calls again disturbs no call', async () => {
    const { time, operation, fail, guarded } = setUp()
    const nested: Promise<unknown>[] = []
    const end = breakerChanges.on(() => nested.push(operation.outcome(() => 'nested')))
    await fail()
    await time.advance(600)
    expect(await operation.run(() => 'works')).toBe('works')
    end()
    await Promise.all(nested)
    expect(guarded.state()).toMatchObject({ breakerState: 'closed', inFlight: 0 })
  })

  it('are told in observe mode too, where the clock alone opened it', async () => {
    const { time, guarded } = setUp({ minimumCalls: 10, openRate: 0.8, window: '10s' })
    const watched = guarded.operation('watched', { effect: 'read', mode: 'observe' })
    for (let n = 0; n < 7; n++) await watched.run(() => 1)
    await time.advance(5_000)
    for (let n = 0; n < 12; n++) await watched.run(() => Promise.reject(DOWN)).catch(() => {})
    await time.advance(5_500)
    await watched.run(() => 1)
    expect(changes.at(-1)).toMatch(/^11500: \S+ → open$/)
  })

  it('a refusal whose end nobody knows says no time', async () => {
    const { operation, guarded } = setUp({ minimumCalls: 2, failureRate: 0.1, openRate: 1 })
    await operation.run(() => 1)
    const failing = guarded.operation('failing', { effect: 'read', attempts: 1 })
    for (let n = 0; n < 9; n++) await failing.outcome(() => Promise.reject(DOWN))
    const outcome = await operation.outcome(() => 1)
    expect(outcome).toMatchObject({ stop: 'breaker', explanation: { retryAt: undefined } })
    expect((outcome.error as BreakerOpenError).retryIn).toBeUndefined()
  })
})
