/**
 * Keyed: the key of one call, checked, dated, and in the form in which it is sent.
 *
 * @module
 */
import { OptionError } from '../options/option-error.js'
import { type Duration, duration } from '../options/units.js'
import { bornAt } from '../policy/idempotency/uuid.js'
import { carries, keyHeader, trimmed } from '../profiles/carry.js'
import type { CallSettings } from './call-settings.js'
import { newKey } from './new-key.js'
import type { KeyRules } from './options/idempotency-options.js'

const KEY = /^[\x20-\x7e]{1,255}$/

const NONE = Object.freeze({ key: undefined, age: 0, sent: undefined })

/** @throws OptionError @param epoch the wall clock, ms */
export function keyed(
  given: string | undefined,
  age: Duration | 'none' | undefined,
  { profile, made, dated }: KeyRules,
  epoch: () => number,
): Pick<CallSettings, 'key' | 'age' | 'sent'> {
  if (given === undefined && age === undefined && !made) return NONE
  if (given !== undefined && (typeof given !== 'string' || !KEY.test(given))) {
    throw new OptionError('key', given, '1 to 255 printable ASCII characters')
  }
  const known = age === undefined || age === 'none' ? undefined : duration(age, 'age')
  const key = given ?? (made ? newKey(epoch()) : undefined)
  if (key === undefined) return { key, age: known ?? 0, sent: undefined }
  if (profile) carries(profile, key)
  else trimmed(key, 'Idempotency-Key')
  const born = given === undefined || age === 'none' || !dated ? undefined : bornAt(key)
  // Whoever made it may have a clock that is ahead.
  const byDate = born === undefined ? 0 : Math.max(0, epoch() - born)
  return { key, age: known ?? byDate, sent: keyHeader(profile, key) }
}
