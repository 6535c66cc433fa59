/**
 * Keys: made once for each wish, dated, derived for the calls that serve it, and checked before anything else.
 *
 * A retry job that runs monthly repeats last month's failed charge with last month's key, long after its
 * record was forgotten, and the customer pays twice. A key that knows its age can be refused instead.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import { OptionError } from '../guard/errors.js'
import { InvalidKeyError } from './errors.js'
import { isWellFormed } from './well-formed.js'

const KEY = /^[\x20-\x7e]{1,255}$/
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

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
  return uuid(at, randomBytes(10), 0x70)
}

/** When the key was made, epoch ms; `undefined` where it does not tell. */
export function bornAt(key: string): number | undefined {
  return UUID_V7.test(key) ? Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16) : undefined
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
  return born === undefined ? uuid(hash.readUIntBE(10, 6), hash, 0x80) : uuid(born, hash, 0x70)
}

/** @param low ten bytes, of which the bits of version and variant are overwritten */
function uuid(high: number, low: Uint8Array, version: number): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(Math.min(Math.max(0, Math.floor(high)), 0xffff_ffff_ffff), 0, 6)
  bytes.set(low.subarray(0, 10), 6)
  bytes[6] = ((bytes[6] as number) & 0x0f) | version
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
