/**
 * APIs: how those that have a profile treat keys, told a second time and by itself, from their documents.
 *
 * What a document does not say is filled in with what is common, so that there is something to serve.
 *
 * @module
 */
import { adyen, checkoutCom, ietf, paypal, type Profile, square, stripeV1, stripeV2 } from '../../src/profiles/index.js'
import type { Policy } from './keyed-api.js'

const DAY = 86_400_000
/** Bare, in a header, up to so many characters. */
const bare = (name: string, most: number): Policy['key'] => {
  return (headers) => {
    const value = headers[name] as string | undefined
    return value === undefined || value.length <= most ? value : null
  }
}

export const APIS: readonly { readonly profile: Profile; readonly policy: Policy }[] = [
  {
    profile: stripeV1,
    policy: {
      key: bare('idempotency-key', 255),
      keepsFailures: true,
      ttl: DAY,
      mismatch: 400,
      inProgress: [409],
      replayed: 'idempotent-replayed',
    },
  },
  {
    profile: stripeV2,
    policy: { key: bare('idempotency-key', 255), ttl: 30 * DAY, mismatch: 400, inProgress: [409] },
  },
  {
    profile: paypal,
    policy: { key: bare('paypal-request-id', 255), mismatch: 422, inProgress: [503] },
  },
  {
    profile: square,
    policy: {
      key: (_headers, body) => body['idempotency_key'] as string | undefined,
      mismatch: 400,
      inProgress: [503],
    },
  },
  {
    profile: adyen,
    policy: {
      key: bare('idempotency-key', 64),
      ttl: 7 * DAY,
      mismatch: 422,
      inProgress: [422, { 'transient-error': 'true' }],
    },
  },
  {
    profile: checkoutCom,
    policy: { key: bare('cko-idempotency-key', 255), ttl: DAY, mismatch: 422, inProgress: [503] },
  },
  {
    profile: ietf,
    policy: {
      key: (headers) => {
        const value = headers['idempotency-key'] as string | undefined
        return value === undefined ? undefined : (/^"([^"\\]|\\["\\])+"$/.exec(value)?.[0] ?? null)
      },
      mismatch: 422,
      inProgress: [409, { 'retry-after': '0' }],
      replayed: 'idempotent-replayed',
    },
  },
]
