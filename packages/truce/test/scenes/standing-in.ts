/**
 * Standing in: an operation that has something for the case that retries end, in virtual time.
 *
 * @module
 */
import { expect } from 'vitest'
import { wheelOf } from '../../src/guard/wheel.js'
import { dependency, type DependencyOptions, type OperationOptions } from '../../src/index.js'
import { countersOf } from '../../src/telemetry/counters.js'
import { metrics } from '../../src/telemetry/metrics.js'
import { virtualTime } from '../../src/testing/index.js'
import { OFF } from './recorded.js'

let serial = 0

export function setUp<F>(call: Partial<OperationOptions<F>>, options: DependencyOptions = OFF) {
  const time = virtualTime({ epoch: 1_000 })
  const name = `stand-in-${serial++}`
  const guarded = dependency(name, { clock: time.clock, random: () => 0.5, ...options })
  const operation = guarded.operation<F>('price', {
    effect: 'read',
    attempts: 2,
    attemptTimeout: 100,
    backoff: { initial: 10, jitter: 'none' },
    ...call,
  })
  const counters = countersOf('', name, 'price', 'read')
  const expectEmpty = () => {
    expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(counters.inFlight).toBe(0)
    expect(wheelOf(time.clock).size).toBe(0)
  }
  /** What `fallback_used_total` says of it. */
  const used = () => {
    const metric = metrics().find((each) => each.name === 'fallback_used_total')
    if (metric?.type !== 'counter') return undefined
    return metric.values
      .filter(({ labels }) => Object.values(labels).includes(name))
      .map(({ labels, value }) => [labels['source'], value])
  }
  return { time, name, guarded, operation, counters, expectEmpty, used }
}
