/**
 * Attempt record: a whole one from the few fields that a test is about.
 *
 * @module
 */
import type { AttemptRecord } from '../telemetry/record.js'

/**
 * The record of an original that took 12.5 ms and succeeded, but for the fields given.
 *
 * @example
 * attemptRecord({ attempt: 2, cause: 'retry', outcome: 'timeout' }).dependency // 'inventory'
 */
export function attemptRecord(fields: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    v: 1,
    side: 'client',
    t: 0,
    call: 'c1',
    service: 'order',
    dependency: 'inventory',
    operation: 'reserve',
    effect: 'write',
    layer: 'inventory-client',
    attempt: 1,
    cause: 'original',
    waited: 0,
    ms: 12.5,
    outcome: 'ok',
    ...fields,
  }
}
