/**
 * `truce/telemetry` where there is no Node: the same names, without a `node:` import in the graph.
 *
 * One `import … from 'node:fs'` anywhere below an entry keeps the whole entry out of a browser or an
 * edge worker, and only the attempt log needs one. package.json gives this file to everybody who does
 * not ask for the condition `node`; a test holds both entries to the same names.
 *
 * @module
 */
export type { AttemptLog, AttemptLogOptions } from './attempt-log.js'
export { attemptLog } from './attempt-log-elsewhere.js'
export { type BreakerChange, type EventMap, events, type Observation } from './events.js'
export { type Distribution, type Labels, type Metric, metrics, type Sample } from './metrics.js'
export { prometheusText } from './prometheus.js'
export type { AttemptRecord, Cause } from './record.js'
