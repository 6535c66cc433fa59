/**
 * Hedged: an operation whose late attempts are hedged, in virtual time.
 *
 * @module
 */
import { expect } from 'vitest'
import { wheelOf } from '../../src/guard/wheel.js'
import { type Attempt, dependency, type DependencyOptions, type OperationOptions } from '../../src/index.js'
import { countersOf } from '../../src/telemetry/counters.js'
import { scriptedDependency, type Step, virtualTime } from '../../src/testing/index.js'
import { OFF, records } from './recorded.js'

let serial = 0

export function setUp(options: DependencyOptions = OFF, call: Partial<OperationOptions> = {}) {
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
export const told = () =>
  records.map(({ attempt, cause, outcome, stop }) => `${attempt} ${cause} ${outcome}${stop ? `: ${stop}` : ''}`)
