/**
 * ietf: draft-ietf-httpapi-idempotency-key-header, which `truce/peer` and most frameworks follow.
 *
 * Read: the working group's text of 26 Feb 2025 (-06); -07 of 15 Oct 2025, expired 18 Apr 2026, was not compared.
 *
 * @module
 */
import { KEY_MAX, marked, type Profile } from './profile.js'

/**
 * A key is a quoted string; 409 while the first request is at work, 422 for another payload. The draft leaves open what
 * 409 is without a Retry-After (business, or an outcome that nobody knows): that is an answer, and final. 410 for an
 * expired key and the replay header are not the draft's: servers with Truce say so.
 */
export const ietf: Profile = /* @__PURE__ */ marked({
  name: 'ietf',
  header: 'idempotency-key',
  field: undefined,
  format: 'quoted',
  maxLength: KEY_MAX,
  ttl: undefined, // "SHOULD define and publish an expiry policy"
  stores: 'unknown', // "SHOULD respond with the result, success or error": what is a result is the server's to say
  inProgress: [409],
  inProgressWith: 'retry-after',
  mismatch: [422],
  expired: [410],
  replayed: 'idempotent-replayed',
  hint: undefined,
})
