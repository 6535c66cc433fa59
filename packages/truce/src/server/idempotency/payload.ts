/**
 * Payload: what a request is about, so that a repeat is told from another wish under the same key.
 *
 * Two bodies that `JSON.parse` makes one (a member that comes twice, 9007199254740993) must not be one request,
 * and must not be a 500 either: they are compared by their bytes.
 *
 * @module
 */
import { isTruceError } from '../../guard/errors.js'
import { fingerprint } from '../../idempotency/fingerprint.js'
import { jsonText } from '../../idempotency/json-text.js'
import type { Incoming } from '../incoming.js'

/** What of a request counts. */
export interface Counting {
  readonly fields: readonly string[] | undefined
  /** Says it by itself. */
  readonly payload: ((incoming: Incoming) => unknown) | undefined
  /** Bytes. */
  readonly maxBody: number
}

const JSON_TYPE = /^[^;]*[/+]json\s*(;|$)/i

/** @throws BodyTooLargeError, InvalidPayloadError, and what the rule's own `payload` throws */
export async function payloadOf(incoming: Incoming, { fields, payload, maxBody }: Counting): Promise<unknown> {
  if (payload) return payload(incoming)
  const body = await incoming.payload(maxBody)
  return { method: incoming.method, url: incoming.url, body: bodyOf(body, incoming.header('content-type'), fields) }
}

function bodyOf(body: unknown, type: string | undefined, fields: readonly string[] | undefined): string | null {
  if (body === null || body === undefined) return null
  if (!(body instanceof Uint8Array)) return fingerprint(body, fields)
  if (body.length === 0) return null
  if (type !== undefined && JSON_TYPE.test(type)) {
    try {
      return fingerprint(jsonText(body), fields)
    } catch (error) {
      if (!isTruceError(error)) throw error
      // It is refused by nobody but its own handler; what it means, only its bytes say for sure.
    }
  }
  return fingerprint(body, undefined)
}
