/**
 * `truce/telemetry`: what retries are doing now, as events, metrics and a log of attempts.
 *
 * Nothing is listened to and nothing is written unless asked for.
 *
 * @module
 * @example
 * import { attemptLog, events, prometheusText } from 'truce/telemetry'
 *
 * attemptLog({ path: 'logs/attempts.jsonl', service: 'order-api' })
 * events.on('breaker', ({ dependency, to }) => console.warn(`${dependency} is ${to}`))
 * app.get('/metrics', (_, answer) => answer.type('text/plain').send(prometheusText()))
 */
export { attemptLog, type AttemptLog, type AttemptLogOptions } from './attempt-log.js'
export { type BreakerChange, type EventMap, events, type Observation } from './events.js'
export type { Duplicate, Execution, IdempotencyEnd } from './idempotency.js'
export { type Distribution, type Labels, type Metric, metrics, type Sample } from './metrics.js'
export { prometheusText } from './prometheus.js'
export type { AttemptRecord, Cause } from './record.js'
