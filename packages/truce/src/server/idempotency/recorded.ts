/**
 * Recorded: an answer as the engine keeps it, and back.
 *
 * It has the shape of an HTTP answer, so that the engine's policy judges its status: a 201 and a 404 are remembered,
 * a 500 is not (`keep`). After the effect nothing may fail any more: a body that is too long, or was never held, is
 * left out, and the answer is remembered as given.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer'
import type { Answer } from '../incoming.js'
import { held } from '../web-answer.js'
import { headersOf, keepHeaders, type KeptHeaders } from './kept-headers.js'

export interface Recorded {
  readonly statusCode: number
  readonly headers: KeptHeaders
  /** `null`: it was too long. */
  readonly body: string | null
  /** Where the body is no UTF-8. */
  readonly encoding?: 'base64'
}

/** Statuses whose answers have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/** @param names of headers that are kept @param largest bytes of the text that the engine keeps */
export function recordedOf(answer: Answer, names: ReadonlySet<string>, largest: number): Recorded {
  const head = { statusCode: answer.status, headers: keepHeaders(answer.headers, names) }
  const body = BODILESS.has(answer.status) ? new Uint8Array(0) : answer.body
  if (body === undefined || body.length > largest) return { ...head, body: null }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const recorded: Recorded = isUtf8(bytes)
    ? { ...head, body: bytes.toString('utf8') }
    : { ...head, body: bytes.toString('base64'), encoding: 'base64' }
  return fits(recorded, bytes.length, largest) ? recorded : { ...head, body: null }
}

/** As JSON a character takes six at most; only near the limit it has to be looked at. */
function fits(recorded: Recorded, bytes: number, largest: number): boolean {
  const head = 256 + 8 * JSON.stringify(recorded.headers).length
  return 6 * bytes + head < largest || Buffer.byteLength(JSON.stringify(recorded)) < largest
}

/** What was kept, as an answer: without its body where that was left out; `undefined` where it is no answer at all. */
export function answerFrom(recorded: unknown): Answer | undefined {
  const { statusCode, headers, body, encoding } = (recorded ?? {}) as Partial<Record<keyof Recorded, unknown>>
  if (typeof statusCode !== 'number' || typeof headers !== 'object' || headers === null) return undefined
  const bytes = typeof body === 'string' ? Buffer.from(body, encoding === 'base64' ? 'base64' : 'utf8') : undefined
  return { status: statusCode, headers: headersOf(headers as KeptHeaders), body: bytes }
}

/** Of a hook. @throws what its body throws */
export async function wholeAnswer(response: Response | undefined): Promise<Answer> {
  if (typeof response?.status !== 'number') throw new TypeError('the hook gave no Response; return Response.json(…)')
  return (await held(response, Number.POSITIVE_INFINITY)) as Answer
}
