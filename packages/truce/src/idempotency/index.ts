/**
 * Idempotency: a repeated write takes effect once.
 *
 * @module
 */
export { canonicalJson } from './canonical-json.js'
export { type EngineFacts, idempotency, type Idempotency, type Status } from './engine.js'
export * from './errors.js'
export { jsonText } from './json-text.js'
export { bornAt, derivedKey, idempotencyKey } from './key.js'
export { memoryRows } from './memory-rows.js'
export { notApplied } from './not-applied.js'
export type { Outcome, Source } from './outcome.js'
export { type Codec, json } from './outcome-text.js'
export * from './read-before-write.js'
export type { KeyOf, Reconcile, Request, Verdict } from './request.js'
export type { Inserted, Rows, Updated, Versioned } from './rows.js'
export * from './sent-log.js'
export type { IdempotencyOptions, KeepOption } from './settings.js'
export type {
  Abandonment,
  Completion,
  Heartbeat,
  IdempotencyStore,
  RecoveryPoint,
  Transact,
  Transacted,
  Worked,
} from './store.js'
export { memory, type MemoryOptions } from './stores/memory.js'
export type { StepCall, StepWork, TransactionWork, Work, WorkOf } from './work.js'
export * from '../policy/idempotency/keeping.js'
export * from '../policy/idempotency/record.js'
