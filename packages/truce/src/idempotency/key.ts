/**
 * Keys: made once for each wish, dated, derived for the calls that serve it, and checked before anything else.
 *
 * A retry job that runs monthly repeats last month's failed charge with last month's key, long after its
 * record was forgotten, and the customer pays twice. A key that knows its age can be refused instead.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { OptionError } from '../guard/errors.js'
import { newKey } from '../guard/new-key.js'
import { bornAt, uuidOf } from '../policy/idempotency/uuid.js'
import { InvalidKeyError } from './errors.js'
import { isWellFormed } from './well-formed.js'

export { bornAt } from '../policy/idempotency/uuid.js'

const KEY = /^[\x20-\x7e]{1,255}$/

/**
 * A new key: a UUID of version 7, which tells when it was made. Keep it with the wish, before it is first sent.
 *
 * @param at epoch ms
 * @see RFC 9562, section 5.7
 * @example
 * const key = idempotencyKey()
 * await db.orders.update(id, { paymentKey: key })
 */
export function idempotencyKey(at: number = Date.now()): string {
  return newKey(at)
}

/** @throws InvalidKeyError */
export function checkKey(key: unknown): string {
  if (typeof key === 'string' && KEY.test(key)) return key
  throw new InvalidKeyError(key, '1 to 255 printable ASCII characters')
}

/**
 * Checks a name that goes into a key or scope: half characters are all one question mark to a hash.
 *
 * @throws OptionError
 */
export function named(value: unknown, option: string): string {
  if (typeof value === 'string' && value.length > 0 && isWellFormed(value)) return value
  throw new OptionError(option, value, 'a non-empty string of whole characters')
}

/**
 * The key of a call that a run makes to somebody else: the same whenever the step is repeated, another for every
 * step. It is as old as the key that it comes from.
 *
 * @param scope of the run
 * @param step  its name
 * @param key   the run's own
 * @throws OptionError where the step has no name
 */
export function derivedKey(scope: string, step: string, key: string): string {
  named(step, 'step')
  const hash = createHash('sha256').update(`${scope.length}:${scope}${step.length}:${step}`).digest()
  const born = bornAt(key)
  // Version 8 is the one whose bits are whoever's who made it.
  return born === undefined ? uuidOf(hash.readUIntBE(10, 6), hash, 8) : uuidOf(born, hash, 7)
}
