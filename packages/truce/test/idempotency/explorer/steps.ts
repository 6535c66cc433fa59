/**
 * Steps: the engine's own functions, as the explorer drives them.
 *
 * They are passed in, so that one of them can be swapped for a faulty one: a proof that cannot fail proves
 * nothing.
 *
 * @module
 */
import { canonicalJson } from '../../../src/idempotency/canonical-json.js'
import { advance } from '../../../src/policy/idempotency/advance.js'
import { keep } from '../../../src/policy/idempotency/keeping.js'
import { abandon, begin, complete, look, note, renew } from '../../../src/policy/idempotency/record.js'

export interface Steps {
  readonly advance: typeof advance
  readonly begin: typeof begin
  readonly renew: typeof renew
  readonly note: typeof note
  readonly complete: typeof complete
  readonly abandon: typeof abandon
  readonly look: typeof look
  readonly keep: typeof keep
  /** The key of a call; callers send it, so that it does not depend on the payload. */
  readonly key: (payload: unknown) => string
  readonly fingerprint: (payload: unknown) => string
}

export const STEPS: Steps = Object.freeze({
  advance,
  begin,
  renew,
  note,
  complete,
  abandon,
  look,
  keep,
  key: () => 'key',
  fingerprint: (payload: unknown) => canonicalJson(payload),
})
