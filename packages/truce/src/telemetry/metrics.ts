/**
 * Metrics: what was counted, under the names of the glossary, read when somebody asks.
 *
 * Reading changes nothing and costs the calls nothing. Every series carries names from contracts only
 * (service, dependency, operation) and words of fixed lists, so their number is bounded.
 *
 * @module
 */
import { STOP_REASONS } from '../policy/stop.js'
import {
  counted,
  type DependencyCounters,
  type DependencyGauges,
  durations,
  LAST_ATTEMPT,
  type OperationCounters,
} from './counters.js'
import type { Histogram } from './histogram.js'
import { countedKeys, type IdempotencyCounters } from './idempotency.js'
import { distribution, type Labels, type Metric, type Sample } from './metric.js'
import type { AdmissionGauges } from './served.js'
import { admissionSamples, servedMetrics } from './served-metrics.js'

export type { Distribution, Labels, Metric, Sample } from './metric.js'

const BREAKER_STATES = ['closed', 'shedding', 'open', 'half-open'] as const

/**
 * A snapshot of everything counted in this process, without the `truce_` prefix.
 *
 * Operations that keep no time for themselves (no limit, no budget, no governor) are timed from the first
 * snapshot on.
 *
 * @example
 * const retries = metrics().find(({ name }) => name === 'retry_attempts_total')
 */
export function metrics(): Metric[] {
  durations.wanted = true
  const { operations, dependencies } = counted()
  const gauges = dependencies.map((dependency) => [dependency, dependency.read()] as const)

  const counter = (name: string, help: string, read: (counters: OperationCounters) => number): Metric => ({
    name,
    type: 'counter',
    help,
    values: operations.map((counters) => ({ labels: labelsOf(counters), value: read(counters) })),
  })
  const histogram = (name: string, help: string, read: (counters: OperationCounters) => Histogram): Metric => ({
    name,
    type: 'histogram',
    help,
    values: operations.map((counters) => distribution(labelsOf(counters), read(counters))),
  })
  const gauge = (
    name: string,
    help: string,
    read: (gauges: DependencyGauges) => number | undefined,
    ofAdmission?: (gauges: AdmissionGauges) => number,
  ): Metric => ({
    name,
    type: 'gauge',
    help,
    values: [
      ...gauges.flatMap(([of, now]) => {
        const value = read(now)
        return value === undefined ? [] : [{ labels: dependencyLabels(of), value }]
      }),
      ...(ofAdmission ? admissionSamples(ofAdmission) : []),
    ],
  })

  return [
    counter('calls_total', 'Calls that began, refused ones included.', ({ calls }) => calls),
    counter('attempts_total', 'Attempts that were sent, retries included.', ({ attempts }) => attempts),
    counter('first_attempt_success_total', 'Calls that the original attempt answered.', (of) => of.firstAttemptSuccess),
    counter('retry_attempts_total', 'Attempts after the original.', (of) => of.retryAttempts),
    counter('hedge_attempts_total', 'Attempts beside another of the same call.', ({ hedges }) => hedges),
    counter('retry_exhausted_total', 'Calls that failed with all their attempts used.', (of) => of.retryExhausted),
    {
      name: 'retry_refused_total',
      type: 'counter',
      help: 'Calls that a refusal ended, by reason; originals that were refused included.',
      values: operations.flatMap(refusals),
    },
    {
      name: 'retry_success_total',
      type: 'counter',
      help: `Retries that succeeded, by the number of the attempt (${LAST_ATTEMPT}+ is all later ones).`,
      values: operations.flatMap(retrySuccesses),
    },
    {
      name: 'fallback_used_total',
      type: 'counter',
      help: 'Calls that got something else instead of their answer, by its source.',
      values: operations.flatMap(standIns),
    },
    counter('dependency_timeout_total', 'Attempts that failed as timeout.', ({ timeouts }) => timeouts),
    {
      name: 'circuit_breaker_open_total',
      type: 'counter',
      help: 'Times that the breaker opened.',
      values: dependencies.map((of) => ({ labels: dependencyLabels(of), value: of.breakerOpened })),
    },
    histogram('attempt_duration_seconds', 'How long attempts took.', ({ attemptDuration }) => attemptDuration),
    histogram('call_duration_seconds', 'How long calls took, waits included.', ({ callDuration }) => callDuration),
    gauge('retry_budget_remaining', 'Retries that the budget can pay now.', ({ budgetRemaining }) => budgetRemaining),
    {
      name: 'circuit_breaker_state',
      type: 'gauge',
      help: 'Is the breaker in this state: 1, or 0.',
      values: gauges.flatMap(([of, { breakerState }]) =>
        BREAKER_STATES.map((state) => ({
          labels: { ...dependencyLabels(of), state },
          value: Number(state === breakerState),
        })),
      ),
    },
    gauge('governor_level', 'How much room the dependency seems to have, from 0.2 to 2.', (of) => of.governorLevel),
    gauge(
      'waiting',
      'Calls that wait for a slot or for room.',
      ({ waiting }) => waiting,
      ({ waiting }) => waiting,
    ),
    gauge(
      'concurrency_limit',
      'Attempts that may be under way at once.',
      ({ concurrencyLimit }) => concurrencyLimit,
      ({ limit }) => limit,
    ),
    {
      name: 'in_flight',
      type: 'gauge',
      help: 'Calls under way, their waits included; of an admission, the places taken.',
      values: [
        ...operations.map((of) => ({ labels: labelsOf(of), value: of.inFlight })),
        ...admissionSamples(({ inFlight }) => inFlight),
      ],
    },
    ...idempotency(),
    ...servedMetrics(),
  ]
}

function idempotency(): Metric[] {
  const keys = countedKeys()
  const counter = (name: string, help: string, read: (counters: IdempotencyCounters) => number): Metric => ({
    name,
    type: 'counter',
    help,
    values: keys.map((of) => ({ labels: { service: of.service, operation: of.operation }, value: read(of) })),
  })
  return [
    counter('idempotency_executed_total', 'Executions whose handler ran to its end.', ({ executed }) => executed),
    counter('idempotency_key_reused_total', 'Executions whose key had been used before.', ({ reused }) => reused),
    counter('duplicate_prevented_total', 'Executions that ran nothing: the store knew better.', (of) => of.prevented),
    counter(
      'duplicate_execution_total',
      'Handlers that succeeded after their key was taken over.',
      (of) => of.duplicates,
    ),
    counter('idempotency_in_progress_total', 'Executions that met another run at work.', (of) => of.inProgress),
    counter('idempotency_unknown_total', 'Executions that ended with nobody knowing.', ({ unknown }) => unknown),
    counter('idempotency_conflict_total', 'Keys that came with another payload.', ({ conflicts }) => conflicts),
    counter('idempotency_expired_total', 'Keys older than results are remembered.', ({ expired }) => expired),
    counter('idempotency_unavailable_total', 'Executions refused for want of a store.', (of) => of.unavailable),
    counter('idempotency_not_kept_total', 'Results too large, or not writable, to be kept.', ({ notKept }) => notKept),
  ]
}

function labelsOf({ service, dependency, operation, effect }: OperationCounters): Labels {
  return { service, dependency, operation, effect }
}

function dependencyLabels({ service, dependency }: DependencyCounters): Labels {
  return { service, dependency }
}

/** Reasons that never occurred have no series: fifteen for every operation would be mostly zeros. */
function refusals(counters: OperationCounters): Sample[] {
  return STOP_REASONS.map((reason) => ({
    labels: { ...labelsOf(counters), reason },
    value: counters.refused(reason),
  })).filter(({ value }) => value > 0)
}

function standIns(counters: OperationCounters): Sample[] {
  const { cacheUsed, fallbackUsed } = counters
  const sources = [['cache', cacheUsed] as const, ['fallback', fallbackUsed] as const]
  return sources
    .map(([source, value]) => ({ labels: { ...labelsOf(counters), source }, value }))
    .filter(({ value }) => value > 0)
}

function retrySuccesses(counters: OperationCounters): Sample[] {
  return Array.from({ length: LAST_ATTEMPT + 1 }, (_, attempt) => ({
    labels: { ...labelsOf(counters), attempt: attempt < LAST_ATTEMPT ? String(attempt) : `${LAST_ATTEMPT}+` },
    value: counters.retrySuccess(attempt),
  })).filter(({ value }) => value > 0)
}
