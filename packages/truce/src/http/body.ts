/**
 * Body: what can be sent again, and as what.
 *
 * A stream that was sent is gone: sent again, it throws or, worse, sends half. And a body that can be
 * changed (a pooled buffer, a form) is read when `fetch` is called, not when it returns: its owner may
 * change it a moment later, and a retry would send something else under the same idempotency key.
 *
 * @module
 */
import { multipart } from './multipart.js'

/** Can this body be sent more than once? Streams and iterables cannot. */
export function isReplayable(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === 'string' ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof URLSearchParams ||
    body instanceof Blob ||
    body instanceof FormData
  )
}

/** The body as it is now, byte for byte, whatever its owner does to it; streams as they are. */
export function asItIsNow(body: BodyInit): BodyInit {
  if (body instanceof ArrayBuffer) return body.slice(0)
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  if (body instanceof URLSearchParams) return new URLSearchParams(body)
  if (body instanceof FormData) return multipart(body)
  return body
}
