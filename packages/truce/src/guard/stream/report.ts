/**
 * Stream report: that a stream broke after its call was over.
 *
 * The call's last record says `ok`: it was, and its caller has a part of the answer. What came of the rest
 * is one more record, without a stop reason, for a call stops once.
 *
 * @module
 */
import type { Permit } from '../../policy/breaker.js'
import type { Failure } from '../../policy/classify.js'
import { attempts } from '../../telemetry/events.js'
import type { Core } from '../core.js'
import { emitRecord } from '../emit-record.js'

/** Whose stream it is: its call's facts, without the call, which reaches what it handed up. */
export interface Streamed {
  readonly core: Core
  readonly call: string
  readonly parent: string | undefined
  readonly key: string | undefined
  readonly attempt: number
  readonly permit: Permit
}

/** @param since when its first byte came */
export function reportBroken(stream: Streamed, failure: Failure, since: number, now: number): void {
  if (!attempts.active) return
  const { core, call, parent, key, attempt } = stream
  const facts = { t: since, attempt, cause: 'end', waited: 0, ms: now - since } as const
  emitRecord({ of: core, call, parent, key }, now, facts, { outcome: failure.class, certainty: 'unknown' })
}
