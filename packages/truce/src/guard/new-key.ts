/**
 * New key: made for a call that was given none.
 *
 * A key made anew for each attempt protects nobody. This one is made with the call, so that every retry and hedge of it
 * carries the same; a repeat by a later process needs a key that was kept before (`Outcome.key`, `Attempt.key`).
 *
 * @module
 */
import { UUID_BYTES, uuidOf } from '../policy/idempotency/uuid.js'

/** A UUID of version 7, by WebCrypto: also in browsers and edge workers. @param at epoch ms */
export function newKey(at: number): string {
  return uuidOf(at, globalThis.crypto.getRandomValues(new Uint8Array(UUID_BYTES)), 7)
}
