/**
 * Fingerprint: what tells a repeat from another wish under the same key.
 *
 * It begins with its version, so that a later way to make it does not turn every repeat of a running
 * system into a conflict unnoticed.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { OptionError } from '../guard/errors.js'
import { canonicalJson } from './canonical-json.js'
import { InvalidPayloadError } from './errors.js'

/** SHA-256 of RFC 8785 JSON; of bytes as they are. */
const VERSION = Object.freeze({ json: 'j1', bytes: 'b1' })

/**
 * @param payload a JSON value, or bytes that are hashed as they are
 * @param fields  the members of the payload that count; without them all do
 * @throws InvalidPayloadError where it has none
 * @throws OptionError where fields are asked of what has none
 */
export function fingerprint(payload: unknown, fields: readonly string[] | undefined): string {
  if (payload instanceof Uint8Array) {
    if (fields) throw new OptionError('fields', fields, 'nothing: the payload is bytes, which have no fields')
    return `${VERSION.bytes}:${sha256(payload)}`
  }
  if (payload === undefined) {
    throw new InvalidPayloadError(
      'payload',
      'is missing; give what the call is about, or null where it is about nothing',
    )
  }
  return `${VERSION.json}:${sha256(canonicalJson(fields ? pick(payload, fields) : payload))}`
}

function pick(payload: unknown, fields: readonly string[]): Record<string, unknown> {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new InvalidPayloadError(
      'payload',
      `has no fields, but ${fields.join(', ')} are to be compared; give an object`,
    )
  }
  const picked: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const field of fields) if (Object.hasOwn(payload, field)) picked[field] = payload[field as keyof typeof payload]
  if (Object.keys(picked).length > 0) return picked
  // All payloads would be one: a misspelt field would give another order this one's result.
  throw new InvalidPayloadError('payload', `has none of the fields ${fields.join(', ')} that are to be compared`)
}

/** 43 URL-safe characters. In one call, without an object for each hash. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url')
}
