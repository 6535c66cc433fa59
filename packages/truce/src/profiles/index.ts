/**
 * Profiles: what the APIs of others do with idempotency keys, and keys made from others.
 *
 * @module
 */
export { adyen, checkoutCom, PROFILE_NAMES, paypal, profileNamed, square, stripeV1, stripeV2 } from './known.js'
export { ietf } from './ietf.js'
export { profile, type ProfileOptions } from './make.js'
export type { Profile, Stored } from './profile.js'
export { keyFrom, placesOf } from './template.js'
