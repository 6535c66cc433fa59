/**
 * Headers: those of a ServerResponse, as an answer has them and back.
 *
 * @module
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { AnswerHeaders } from '../incoming.js'

/** What Node writes by itself, by the body that is really sent. */
const FRAMING: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'date',
])

export function isFraming(name: string): boolean {
  return FRAMING.has(name)
}

export function headersOf(response: ServerResponse): AnswerHeaders {
  const all: [string, string][] = []
  for (const [name, value] of Object.entries(response.getHeaders())) {
    if (Array.isArray(value)) for (const each of value) all.push([name, each])
    else if (value !== undefined) all.push([name, String(value)])
  }
  return all
}

/** Several of one name become one list. */
export function grouped(headers: AnswerHeaders): Map<string, string | string[]> {
  const all = new Map<string, string | string[]>()
  for (const [name, value] of headers) {
    const before = all.get(name)
    if (before === undefined) all.set(name, value)
    else all.set(name, Array.isArray(before) ? [...before, value] : [before, value])
  }
  return all
}

/**
 * The answer's headers, on top of `base`: what others had set before the handler ran, such as CORS.
 *
 * @param last replace those of the answer
 */
export function replaceHeaders(
  response: ServerResponse,
  base: OutgoingHttpHeaders,
  headers: AnswerHeaders,
  last: AnswerHeaders = [],
): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of Object.entries(base)) if (value !== undefined) response.setHeader(name, value)
  for (const [name, value] of grouped(headers)) response.setHeader(name, value)
  for (const [name, value] of last) response.setHeader(name, value)
}

/** Without what is said of one body only: another is sent in its place. */
export function withoutBodys(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isFraming(name) && !OF_BODY.test(name)))
}

const OF_BODY = /^(content-(?!security)|etag$|last-modified$|cache-control$|accept-ranges$)/
