/**
 * Writing: what handlers hand to writeHead, write and end, in the many forms that Node takes.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'

type Done = (error?: Error | null) => void

/** Of `write` and `end`. */
export interface Written {
  readonly bytes: Uint8Array | undefined
  readonly done: Done | undefined
}

/** A copy: whoever wrote it may use its buffer again once it is told that it was taken. */
export function writtenOf([chunk, encoding, done]: readonly unknown[]): Written {
  if (typeof chunk === 'function') return { bytes: undefined, done: chunk as Done }
  const then = typeof encoding === 'function' ? encoding : done
  return { bytes: bytesOf(chunk, encoding), done: typeof then === 'function' ? (then as Done) : undefined }
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | undefined {
  if (chunk === undefined || chunk === null) return undefined
  if (typeof chunk === 'string') {
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  }
  if (chunk instanceof Uint8Array) return Buffer.from(chunk)
  throw coded(TypeError, 'ERR_INVALID_ARG_TYPE', 'The chunk has to be a string or a Uint8Array')
}

/** What `writeHead(status, [message], [headers])` says, set on the response. */
export function setHead(response: ServerResponse, [status, message, headers]: readonly unknown[]): number {
  const code = Number(status) | 0
  if (code < 100 || code > 999) throw coded(RangeError, 'ERR_HTTP_INVALID_STATUS_CODE', `Invalid status: ${code}`)
  if (typeof message === 'string') response.statusMessage = message
  response.statusCode = code
  const given = typeof message === 'string' ? headers : (headers ?? message)
  if (Array.isArray(given)) setPairs(response, given)
  else for (const [name, value] of Object.entries(given ?? {})) response.setHeader(name, value as string)
  return code
}

/** `[name, value, …]` or `[[name, value], …]`; several of one name stand beside each other. */
function setPairs(response: ServerResponse, given: readonly unknown[]): void {
  const flat = given.flat() as string[]
  for (let at = 0; at < flat.length; at += 2) response.removeHeader(flat[at] as string)
  for (let at = 0; at < flat.length; at += 2) response.appendHeader(flat[at] as string, flat[at + 1] as string)
}

/** As Node says it. */
export function headSent(): Error {
  return coded(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client')
}

function coded(Kind: new (message: string) => Error, code: string, message: string): Error {
  return Object.assign(new Kind(message), { code })
}
