/**
 * Known: what the APIs of others do with keys, by their documents.
 *
 * Read in November 2026, unless a line says [K]: known from before and not read again. What no document says is left
 * out, and HTTP's own rules hold. An API may change its policy: TrueLayer's keys lived for six hours, then for 30 days.
 *
 * @module
 */
import { ietf } from './ietf.js'
import { KEY_MAX, marked, type Profile } from './profile.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NONE: readonly number[] = Object.freeze([])

const UNSAID: Omit<Profile, 'name'> = {
  header: 'idempotency-key',
  field: undefined,
  format: 'bare',
  maxLength: KEY_MAX,
  ttl: undefined,
  stores: 'unknown',
  inProgress: NONE,
  inProgressWith: undefined,
  mismatch: NONE,
  expired: NONE,
  replayed: undefined,
  hint: undefined,
}

/**
 * Stripe, API v1. Status and body are kept once the endpoint began to work, 500 included; not the refusal of wrong
 * parameters, and not 409 `idempotency_key_in_use`. Pruned after at least 24 hours; then it is a new request.
 */
export const stripeV1: Profile = /* @__PURE__ */ marked({
  ...UNSAID,
  name: 'stripe-v1',
  ttl: DAY,
  stores: 'all',
  inProgress: [409],
  mismatch: [400], // the error is documented, its status (type `idempotency_error`) [K]
  replayed: 'idempotent-replayed',
  hint: 'stripe-should-retry', // [K]
})

/** Stripe, API v2: a success is not repeated, what failed is worked on again and may answer differently. */
export const stripeV2: Profile = /* @__PURE__ */ marked({
  ...UNSAID,
  name: 'stripe-v2',
  ttl: 30 * DAY, // [K]
  stores: 'redrive',
  inProgress: [409], // [K]
  mismatch: [400], // the error is documented, its status [K]
  hint: 'stripe-should-retry', // [K]
})

/** PayPal: a repeat is answered with the latest status of the first. How long differs by API. */
export const paypal: Profile = /* @__PURE__ */ marked({
  ...UNSAID,
  name: 'paypal',
  header: 'paypal-request-id',
  stores: 'latest',
})

/** Square: the key is a field of the body. How long it is remembered is not published; endpoints limit its length. */
export const square: Profile = /* @__PURE__ */ marked({
  ...UNSAID,
  name: 'square',
  header: undefined,
  field: 'idempotency_key',
  mismatch: [400], // IDEMPOTENCY_KEY_REUSED [K]
})

/** Adyen: per company account. All of it [K]. */
export const adyen: Profile = /* @__PURE__ */ marked({
  ...UNSAID,
  name: 'adyen',
  maxLength: 64, // [K]
  ttl: 7 * DAY, // at least [K]
  hint: 'transient-error', // [K]
})

/** Checkout.com: only a 2xx is kept, 4xx and 5xx are attempted again. */
export const checkoutCom: Profile = /* @__PURE__ */ marked({
  ...UNSAID,
  name: 'checkout.com',
  header: 'cko-idempotency-key', // [K]
  ttl: DAY,
  stores: 'success',
})

/** All that are known, as contracts name them. */
const ALL: readonly Profile[] = [stripeV1, stripeV2, paypal, square, adyen, checkoutCom, ietf]

/** Names of the profiles that are known. */
export const PROFILE_NAMES: readonly string[] = /* @__PURE__ */ Object.freeze(ALL.map(({ name }) => name))

/**
 * A profile by its name in a contract.
 *
 * @returns `undefined` where there is none of that name
 * @example
 * profileNamed('stripe-v1')?.ttl // 86400000
 */
export function profileNamed(name: string): Profile | undefined {
  return ALL.find((each) => each.name === name)
}
