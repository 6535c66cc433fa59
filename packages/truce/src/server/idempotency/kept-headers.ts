/**
 * Kept headers: which fields of an answer are given again with it.
 *
 * A library of the field replays them all: the Set-Cookie of the first request's session, its Date, its trace id.
 * Whoever repeats a request is then logged in as whoever sent it first. So a field is kept only where it speaks of
 * what the request made, and of the bytes that are kept.
 *
 * @module
 */
import { OptionError } from '../../guard/errors.js'
import type { AnswerHeaders } from '../incoming.js'

/** Of the body that is kept, and of what was made. Not Retry-After: a wait is counted from when it was said. */
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'etag',
  'last-modified',
  'link',
  'location',
]

/** Of one connection, one moment, one caller or one trace: never kept, whoever asks for it. */
const NEVER: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'connection',
  'content-length',
  'date',
  'idempotency-ttl',
  'idempotent-replayed',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'retry-pushback',
  'set-cookie',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
])

/** @param more kept besides @throws OptionError for one that must not be */
export function keptNames(more: readonly string[] = []): ReadonlySet<string> {
  const names = new Set(KEPT)
  if (!Array.isArray(more)) throw new OptionError('keepHeaders', more, 'a list of names of header fields')
  for (const given of more as readonly unknown[]) {
    const name = typeof given === 'string' ? given.toLowerCase() : ''
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))
      throw new OptionError('keepHeaders', given, 'a name of a header field')
    if (NEVER.has(name)) {
      throw new OptionError(
        'keepHeaders',
        given,
        'a field that speaks of what was made: this one is of its own request',
      )
    }
    names.add(name)
  }
  return names
}

/** As they are recorded: several fields of one name are a list. */
export type KeptHeaders = Readonly<Record<string, string | readonly string[]>>

export function keepHeaders(headers: AnswerHeaders, names: ReadonlySet<string>): KeptHeaders {
  const kept: Record<string, string | string[]> = {}
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    if (!names.has(name)) continue
    const before = kept[name]
    kept[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return kept
}

export function headersOf(kept: KeptHeaders): AnswerHeaders {
  return Object.entries(kept).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((each) => [name, each] as const),
  )
}
