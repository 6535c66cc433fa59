/**
 * Emit record: the one place where attempt records are put together.
 *
 * @module
 */
import { attempts } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { type Clock, epochOf } from './clock.js'
import { keyHash } from './key-hash.js'

/** Of whose call the record is. */
export interface Whose extends Pick<AttemptRecord, 'call' | 'parent'> {
  /** `client` where not said. */
  readonly side?: AttemptRecord['side']
  readonly of: Pick<AttemptRecord, 'service' | 'dependency' | 'operation' | 'effect' | 'layer'> & {
    readonly clock: Clock
  }
  /** The idempotency key itself. */
  readonly key: string | undefined
}

/** What an attempt was; `t` on the guard's clock. */
export type Facts = Pick<AttemptRecord, 't' | 'attempt' | 'cause' | 'waited' | 'ms' | 'timeout' | 'queued'>

/** How it ended. */
export type Verdict = Pick<AttemptRecord, 'outcome' | 'certainty' | 'stop' | 'source'>

/** Tells whoever listens; ask `attempts.active` before the parts are made. */
export function emitRecord(
  { side = 'client', of, call, parent, key }: Whose,
  now: number,
  facts: Facts,
  verdict: Verdict,
  replayed?: boolean,
): void {
  // One flat literal: spread from parts, a record is several times as dear.
  attempts.emit({
    v: 1,
    side,
    t: epochOf(of.clock, now) + facts.t,
    call,
    parent,
    service: of.service,
    dependency: of.dependency,
    operation: of.operation,
    effect: of.effect,
    layer: of.layer,
    attempt: facts.attempt,
    cause: facts.cause,
    waited: facts.waited,
    ms: facts.ms,
    outcome: verdict.outcome,
    certainty: verdict.certainty,
    stop: verdict.stop,
    timeout: facts.timeout,
    queued: facts.queued,
    source: verdict.source,
    key: key === undefined ? undefined : keyHash(key),
    replayed,
  })
}
