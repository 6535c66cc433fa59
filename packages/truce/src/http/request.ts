/**
 * Request: what is sent, read once, so that every attempt sends the same.
 *
 * `fetch` reads its arguments when it is called. A retry that read them again would find a URL, headers
 * or a body that their owner has changed since, or a body that the first attempt has used up.
 *
 * @module
 */
import { asItIsNow, isReplayable } from './body.js'
import type { RequestKey } from './request-key.js'

/** A request as `fetch` would have read it. */
export interface ReadRequest {
  /** In upper case. */
  readonly method: string
  readonly url: string
  /** The caller's own abort. */
  readonly signal: AbortSignal | undefined
  /** The caller's idempotency key. */
  readonly key: string | undefined
  /** Can it be sent again? */
  readonly replayable: boolean
  /** What `fetch` is called with, for each attempt but for its signal. */
  readonly input: string | Request
  readonly init: RequestInit
}

/**
 * Members of RequestInit, and undici's own. `{ ...init }` alone would lose those of a Request or a class
 * instance, which are getters: `fetch(url, request)` would silently become a GET without a body.
 */
const MEMBERS = [
  'method', 'headers', 'body', 'referrer', 'referrerPolicy', 'mode', 'credentials', 'cache', 'redirect', 'integrity',
  'keepalive', 'signal', 'duplex', 'priority', 'dispatcher',
] // prettier-ignore

/** @throws TypeError for headers that are wrong, as fetch would @param keyOf where the key is */
export function readRequest(input: RequestInfo | URL, init: RequestInit | undefined, keyOf: RequestKey): ReadRequest {
  const request = isRequest(input) ? input : undefined
  const given = membersOf(init)
  const headers = new Headers(given.headers ?? request?.headers)
  // A body of null does not take the Request's own away; a signal of null does.
  const body = given.body ?? undefined
  const streamed = body === undefined && request !== undefined && mayHaveBody(request)
  const signal = given.signal === undefined ? request?.signal : given.signal
  const url = request ? request.url : text(input)
  return {
    method: (given.method ?? request?.method ?? 'GET').toUpperCase(),
    url,
    signal: signal ?? undefined,
    key: keyOf(headers, body),
    replayable: !streamed && isReplayable(body),
    input: request ?? url,
    init: { ...given, headers, ...(body !== undefined && { body: asItIsNow(body) }) },
  }
}

/** Not every browser shows a Request's body; a GET has none. */
function mayHaveBody({ body, method }: Request): boolean {
  return body !== null && method !== 'GET' && method !== 'HEAD'
}

/** A string, a URL, or whatever else fetch would turn into one. */
function text(input: unknown): string {
  return String(input)
}

/** By its members: `instanceof` would take a POST of another copy of undici for a GET, and repeat it. */
function isRequest(input: RequestInfo | URL): input is Request {
  return typeof input === 'object' && input !== null && 'url' in input && 'method' in input && 'headers' in input
}

function membersOf(init: RequestInit | undefined): RequestInit {
  const members: Record<string, unknown> = { ...init }
  if (!init) return members
  const all = init as Record<string, unknown>
  for (const name of MEMBERS) if (!(name in members) && all[name] !== undefined) members[name] = all[name]
  return members
}
