/**
 * Read ahead: the body of a request, read before its handler and left for it unread.
 *
 * A copy for the handler would be a second stream that no framework looks for; so what was read is put back into
 * the one there is, before it has told anybody that it ended.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { BodyTooLargeError } from '../errors.js'

/**
 * @param limit bytes
 * @throws BodyTooLargeError, the rest unread; the stream's error where the caller has left in the middle
 */
export function readAhead(message: IncomingMessage, limit: number): Promise<Uint8Array> {
  if (Number(message.headers['content-length'] ?? 0) > limit) return Promise.reject(new BodyTooLargeError(limit))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const onReadable = (): void => {
      for (let chunk = take(message); chunk; chunk = take(message)) {
        length += chunk.length
        if (length > limit) return settle(() => reject(new BodyTooLargeError(limit)))
        chunks.push(chunk)
      }
      if (!message.complete) return
      const body = Buffer.concat(chunks, length)
      // In the same turn: `end` is told in the next one, and not while there is something to read.
      if (length > 0) message.unshift(body)
      settle(() => resolve(body))
    }
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks, length)))
    const onClose = (): void => settle(() => reject(message.errored ?? new Error('the request broke off')))
    const settle = (tell: () => void): void => {
      message.off('readable', onReadable).off('end', onEnd).off('error', onClose).off('close', onClose)
      tell()
    }
    message.on('readable', onReadable).on('end', onEnd).on('error', onClose).on('close', onClose)
  })
}

function take(message: IncomingMessage): Buffer | null {
  return message.read() as Buffer | null
}
