/**
 * Profile: what an API does with idempotency keys.
 *
 * There is no one rule. Stripe's first API answers a stored 500 again for a day, its second does the work once more;
 * Adyen refuses what is longer than 64 characters; Square wants the key in the body. A client that assumes one policy
 * for all either repeats what cannot change, or gives up where the next attempt would have been answered.
 *
 * @module
 */

/**
 * What is kept under a key.
 * `all`: whatever the endpoint answered, errors too. `success`: a failure is tried again. `redrive`: a failure is worked
 * on again, the answer may be another. `latest`: the thing as it is now. `unknown`: not said.
 */
export type Stored = 'all' | 'success' | 'redrive' | 'latest' | 'unknown'

/** Marks what was checked, also by another copy of the package. */
const PROFILE = Symbol.for('truce.profile')

/** An API's policy, checked; `profile()` makes one. */
export interface Profile {
  /** For messages, and for contracts. */
  readonly name: string
  /** The request header that carries the key, in lower case; `undefined`: it goes in the body. */
  readonly header: string | undefined
  /** The field of a JSON body that carries it. */
  readonly field: string | undefined
  /** `quoted`: a string of structured fields (RFC 9651). */
  readonly format: 'bare' | 'quoted'
  /** Characters of a key. */
  readonly maxLength: number
  /** How long a key is remembered, ms; `undefined` where nobody says. */
  readonly ttl: number | undefined
  readonly stores: Stored
  /** Statuses that say: the first request with this key is still at work. */
  readonly inProgress: readonly number[]
  /** `retry-after`: such a status says so only with that header; without it, it is another answer. */
  readonly inProgressWith: 'retry-after' | undefined
  /** Statuses that say: the key was used for something else. */
  readonly mismatch: readonly number[]
  /** Statuses that say: the key is older than what is remembered. */
  readonly expired: readonly number[]
  /** The response header that is `true` where the answer was kept. */
  readonly replayed: string | undefined
  /** The response header that says, `true` or `false`, whether the same request may be sent again. */
  readonly hint: string | undefined
}

/** Characters of any key, as `run()` takes it. */
export const KEY_MAX = 255

/** Freezes and marks facts that were checked. */
export function marked(facts: Profile): Profile {
  const profile = { ...facts }
  // Not enumerable: what is spread into another object was not checked there.
  Object.defineProperty(profile, PROFILE, { value: true })
  return Object.freeze(profile)
}

/** Was it made by `profile()`, of this or another copy of the package? */
export function isProfile(value: unknown): value is Profile {
  return typeof value === 'object' && value !== null && (value as { [PROFILE]?: unknown })[PROFILE] === true
}
