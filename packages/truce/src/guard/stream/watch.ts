/**
 * Stream watch: which kind of stream an answer is, if it is one.
 *
 * @module
 */
import type { Hold, Watch } from './hold.js'
import { isAsyncIterable, watchIterable } from './iterable.js'
import { isReadable, ReadableWatch } from './readable.js'
import { isReadableStream, isResponse, watchReadableStream, watchResponse } from './web.js'

/** Where clients put the stream of an answer: undici and node-fetch, axios, the AWS SDK. */
const PLACES = ['body', 'data', 'Body'] as const

/** @returns nothing for a value that has come whole, or that its function has begun to read */
export function watched(value: unknown, hold: Hold): Watch | undefined {
  try {
    return typeof value === 'object' && value !== null ? watchOf(value, hold) : undefined
  } catch {
    return undefined // a proxy that answers no question is no stream
  }
}

function watchOf(value: object, hold: Hold): Watch | undefined {
  if (isResponse(value)) return watchResponse(value, hold)
  if ('getReader' in value) return isReadableStream(value) ? watchReadableStream(value, hold) : undefined
  if ('readableFlowing' in value) return isReadable(value) ? new ReadableWatch(value, value, hold) : undefined
  if (isAsyncIterable(value)) return watchIterable(value, hold)
  for (const place of PLACES) {
    const part = (value as Readonly<Record<string, unknown>>)[place]
    if (typeof part === 'object' && part !== null && isReadable(part)) return new ReadableWatch(part, value, hold)
  }
  return undefined
}
