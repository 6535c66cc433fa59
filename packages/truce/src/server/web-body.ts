/**
 * Web body: what a request is about, read beside its handler and bounded.
 *
 * @module
 */
import { BodyTooLargeError } from './errors.js'

/**
 * The bytes of a request's body; `null` where it has none.
 *
 * @throws BodyTooLargeError
 */
export async function readWebBody(request: Request, limit: number): Promise<Uint8Array | null> {
  if (request.body === null) return null
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > limit) throw new BodyTooLargeError(limit)
  const copy = request.clone()
  return readAll(copy.body as ReadableStream<Uint8Array>, limit)
}

/** @throws BodyTooLargeError */
async function readAll(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(chunks, length)
    length += value.length
    if (length > limit) {
      void reader.cancel().catch(() => {})
      throw new BodyTooLargeError(limit)
    }
    chunks.push(value)
  }
}

export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
