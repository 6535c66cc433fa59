/**
 * Request key: the caller's idempotency key, where the API wants it.
 *
 * A key that is read from a header that the API ignores makes a write look safe that is not.
 *
 * @module
 */
import { keyOf } from '../profiles/carry.js'
import type { Profile } from '../profiles/profile.js'

/** The key of a request; `undefined` where it has none, and an empty one protects nobody. */
export type RequestKey = (headers: Headers, body: unknown) => string | undefined

/** @param profile what the API does with keys, where that was declared */
export function requestKey(profile: Profile | undefined): RequestKey {
  const { field, header = 'idempotency-key', format } = profile ?? {}
  if (field !== undefined) return (_headers, body) => inBody(body, field)
  return (headers) => {
    const value = headers.get(header) ?? ''
    return (format === 'quoted' ? keyOf(value) : value) || undefined
  }
}

/** Of a body that is JSON text: what cannot be read here may be sent, but not again. */
function inBody(body: unknown, field: string): string | undefined {
  if (typeof body !== 'string') return undefined
  try {
    const key: unknown = (JSON.parse(body) as Record<string, unknown> | null)?.[field]
    return typeof key === 'string' && key !== '' ? key : undefined
  } catch {
    return undefined
  }
}
