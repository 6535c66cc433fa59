import { expect, test } from 'vitest'
import { countersOf, dependencyGauges } from './counters.js'
import { metrics } from './metrics.js'
import { admissionGauges, servedCounters } from './served.js'

const SERVICE = 'metrics-test'

/** Of our own names only: other tests of the process count too. */
const values = (name: string) =>
  metrics()
    .find((metric) => metric.name === name)
    ?.values.filter(({ labels }) => labels['service'] === SERVICE)

test('the names of the glossary, each with its type and a sentence', () => {
  expect(metrics().map(({ name, type }) => `${name} ${type}`)).toEqual([
    'calls_total counter',
    'attempts_total counter',
    'first_attempt_success_total counter',
    'retry_attempts_total counter',
    'hedge_attempts_total counter',
    'retry_exhausted_total counter',
    'retry_refused_total counter',
    'retry_success_total counter',
    'fallback_used_total counter',
    'dependency_timeout_total counter',
    'circuit_breaker_open_total counter',
    'attempt_duration_seconds histogram',
    'call_duration_seconds histogram',
    'retry_budget_remaining gauge',
    'circuit_breaker_state gauge',
    'governor_level gauge',
    'waiting gauge',
    'concurrency_limit gauge',
    'in_flight gauge',
    'idempotency_executed_total counter',
    'idempotency_key_reused_total counter',
    'duplicate_prevented_total counter',
    'duplicate_execution_total counter',
    'idempotency_in_progress_total counter',
    'idempotency_unknown_total counter',
    'idempotency_conflict_total counter',
    'idempotency_expired_total counter',
    'idempotency_unavailable_total counter',
    'idempotency_not_kept_total counter',
    'requests_total counter',
    'requests_in_flight gauge',
    'admission_refused_total counter',
    'queue_wait_seconds histogram',
    'load gauge',
    'abandoned_work_seconds_total counter',
  ])
  expect(metrics().filter(({ help }) => !/^[A-Z].+\.$/.test(help))).toEqual([])
})

test('each counter under its own name', () => {
  const counters = countersOf(SERVICE, 'inventory', 'reserve', 'write')
  Object.assign(counters, {
    calls: 1,
    attempts: 2,
    firstAttemptSuccess: 3,
    retryAttempts: 4,
    retryExhausted: 5,
    timeouts: 6,
    inFlight: 7,
  })
  counters.retrySucceeded(3)
  counters.retrySucceeded(300)
  counters.refuse('deadline')
  const labels = { service: SERVICE, dependency: 'inventory', operation: 'reserve', effect: 'write' }
  const read = (name: string) => values(name)?.map((sample) => ('value' in sample ? sample.value : undefined))
  expect(read('calls_total')).toEqual([1])
  expect(read('attempts_total')).toEqual([2])
  expect(read('first_attempt_success_total')).toEqual([3])
  expect(read('retry_attempts_total')).toEqual([4])
  expect(read('retry_exhausted_total')).toEqual([5])
  expect(read('dependency_timeout_total')).toEqual([6])
  expect(read('in_flight')).toEqual([7])
  expect(values('calls_total')?.[0]?.labels).toEqual(labels)
  expect(values('retry_refused_total')).toEqual([{ labels: { ...labels, reason: 'deadline' }, value: 1 }])
  expect(values('retry_success_total')).toEqual([
    { labels: { ...labels, attempt: '3' }, value: 1 },
    { labels: { ...labels, attempt: '10+' }, value: 1 },
  ])
})

test('histograms in seconds, every value in one bucket', () => {
  const counters = countersOf(SERVICE, 'inventory', 'stock')
  for (const ms of [1, 250, 250]) counters.callTook(ms)
  const found = values('call_duration_seconds')?.find(({ labels }) => labels['operation'] === 'stock')
  if (!found || !('buckets' in found)) throw new Error('call_duration_seconds has no series of stock')
  expect([found.count, found.sum]).toEqual([3, 0.501])
  expect(found.buckets.at(-1)).toEqual({ le: Number.POSITIVE_INFINITY, count: 0 })
  const full = found.buckets.filter(({ count }) => count > 0)
  expect(full.map(({ count }) => count)).toEqual([1, 2])
  expect(full[1]?.le).toBeGreaterThanOrEqual(0.25)
  expect(full[1]?.le).toBeLessThan(0.25 * 1.19)
})

test('gauges are read when asked, and only where there is something to say', () => {
  let remaining: number | undefined = 7
  dependencyGauges(SERVICE, 'warehouse', () => ({
    budgetRemaining: remaining,
    breakerState: remaining === undefined ? 'open' : 'closed',
    governorLevel: 2,
    inFlight: 3,
    waiting: 0,
    concurrencyLimit: undefined,
  }))
  const labels = { service: SERVICE, dependency: 'warehouse' }
  const state = () =>
    values('circuit_breaker_state')?.flatMap((sample) =>
      'value' in sample && sample.value === 1 ? [sample.labels['state']] : [],
    )
  expect(values('retry_budget_remaining')).toEqual([{ labels, value: 7 }])
  expect(values('concurrency_limit')).toEqual([])
  expect(state()).toEqual(['closed'])
  remaining = undefined
  expect(values('retry_budget_remaining')).toEqual([])
  expect(state()).toEqual(['open'])
})

test('a service shows its admission as what it is for its callers, and waits only where somebody stands at the door', () => {
  const counters = servedCounters(SERVICE, 'reserve')
  expect(values('queue_wait_seconds')).toEqual([])
  counters.letIn(0)
  counters.letIn(40)
  counters.refuse('share')
  admissionGauges(SERVICE, () => ({ limit: 8, inFlight: 7, waiting: 2, load: 1.25 }))
  const labels = { service: SERVICE, dependency: SERVICE }
  for (const [name, value] of [
    ['concurrency_limit', 8],
    ['in_flight', 7],
    ['waiting', 2],
    ['load', 1.25],
  ] as const) {
    expect(values(name)).toContainEqual({ labels, value })
  }
  expect(values('queue_wait_seconds')).toMatchObject([
    { labels: { service: SERVICE, operation: 'reserve' }, count: 2, sum: 0.04 },
  ])
  expect(values('admission_refused_total')).toEqual([
    { labels: { service: SERVICE, operation: 'reserve', reason: 'share' }, value: 1 },
  ])
})
