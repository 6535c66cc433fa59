/**
 * Claims: what is sent to claim a key, and whether it is taken for a new one.
 *
 * A statement that only inserts costs the server a third less than one that knows all that may be there. But a repeat
 * that meets it has to be asked again.
 *
 * @module
 */
import type { Begun, Claim } from '../../../policy/idempotency/record.js'
import type { Sent, Value } from './database.js'
import type { Statement } from './statements.js'
import { toLine } from '../text.js'

/** Claims of new keys in a row, after which the next is taken for one too: who meets one repeat in sixteen has one round trip for each. */
const MANY = 16

export interface News {
  /** @returns undefined where the key is not taken for a new one */
  next(scope: string, claim: Claim): Sent | undefined
  /** What a claim found that was not taken for one, or was so wrongly. */
  met(found: Begun['is']): void
}

/** @param insert for claims like that one; undefined where there is none */
export function newsOf(insert: (claim: Claim) => Statement | undefined): News {
  let inARow = 0
  return {
    next(scope, claim) {
      const { age, born, ttl, fingerprint, run } = claim
      if (inARow < MANY || (age !== undefined && age > ttl)) return undefined
      const statement = insert(claim)
      if (statement === undefined) return undefined
      const values = [scope, toLine(fingerprint), toLine(run)]
      return { statement, values: born === undefined ? values : [...values, claimableUntil(claim)] }
    },
    met(found) {
      inARow = found === 'granted' ? inARow + 1 : 0
    },
  }
}

/** The values of a statement that claims. */
export function claimValues(scope: string, claim: Claim): Value[] {
  const { fingerprint, mode, run, lease, ttl, reconcile } = claim
  return [scope, toLine(fingerprint), mode, toLine(run), lease, ttl, claimableUntil(claim), reconcile]
}

/** Until when a key without a record counts as new: epoch s. */
function claimableUntil({ age, born, ttl }: Claim): number {
  if (age !== undefined) return age > ttl ? -Infinity : Infinity
  return born === undefined ? Infinity : (born + ttl) / 1_000
}
