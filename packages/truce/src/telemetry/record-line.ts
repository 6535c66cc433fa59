/**
 * Record line: an attempt record as one line of JSON, written as bytes where it will stand.
 *
 * A string put together from parts and encoded by `Buffer.write` costs more than twice as much, because
 * it is built, flattened, copied and collected, and `JSON.stringify` some times more than that. Here what records
 * have in common is encoded once and copied (four pieces a line); only the moment, the ids and the
 * durations are written digit by digit, as integers, because printing a double is the dearest part of
 * a record. Ids are copied while they are checked, and go through `JSON.stringify` only where they hold
 * something to escape, or are not ASCII. Fields without a value are left out, so are numbers that JSON
 * has no word for (a timeout of `Infinity` is none). A record with numbers out of the ordinary goes
 * through `JSON.stringify` as a whole.
 *
 * @module
 */
import { ascii, copy, digits, quoted, thousandths, threeDigits, utf8 } from './line-bytes.js'
import type { AttemptRecord } from './record.js'

/** Operations whose heads are kept. They are few; where they are not, the memory starts afresh. */
const MOST_OPERATIONS = 1_000
/** Pieces kept of a kind: attempts differ in few ways. Where one counts up without end, they are made anew. */
const MOST_PIECES = 128

/** Timeouts and sources kept together; further ones are written out each time. */
const MOST_LIMITS = 32

/** What many records have in common, and the first of them. */
interface Piece {
  readonly of: AttemptRecord
  readonly bytes: Uint8Array
}

export class RecordLines {
  readonly #service: string
  readonly #instance: string | undefined
  readonly #heads = new Map<string, Map<string, Piece[]>>()
  readonly #attempts: Piece[] = []
  readonly #verdicts: Piece[] = []
  readonly #limitsKept: Piece[] = []
  #kept = 0

  /** @param names of the writer, for records that do not say */
  constructor(names: { readonly service?: string | undefined; readonly instance?: string | undefined } = {}) {
    this.#service = names.service ?? ''
    this.#instance = names.instance
  }

  /**
   * Writes the record as JSON with a line feed. Times are rounded to microseconds.
   *
   * @returns where the line ends; beyond the end of `bytes` where it does not fit
   */
  encode(record: AttemptRecord, bytes: Buffer, from: number): number {
    if (!isUsual(record)) return utf8(bytes, from, this.#stringified(record))
    let at = moment(bytes, copy(bytes, from, this.#head(record)), record.t)
    at = quoted(bytes, ascii(bytes, at, CALL), record.call)
    if (record.parent !== undefined) at = quoted(bytes, ascii(bytes, at, PARENT), record.parent)
    at = copy(bytes, at, this.#attempt(record))
    if (record.waited !== 0) at = ascii(bytes, duration(bytes, at, record.waited), MS)
    at = copy(bytes, duration(bytes, at, record.ms), this.#verdict(record))
    const limits = this.#limits(record)
    at = limits === undefined ? writeLimits(bytes, at, record) : copy(bytes, at, limits)
    if (record.key !== undefined) at = quoted(bytes, ascii(bytes, at, KEY), record.key)
    if (record.replayed !== undefined) at = ascii(bytes, at, record.replayed ? REPLAYED : NOT_REPLAYED)
    if (record.trace !== undefined) at = quoted(bytes, ascii(bytes, at, TRACE), record.trace)
    return ascii(bytes, at, END)
  }

  /** Up to `"t":`. */
  #head(record: AttemptRecord): Uint8Array {
    const heads = this.#heads.get(record.dependency)?.get(record.operation)
    if (heads !== undefined) for (const { of, bytes } of heads) if (haveOneHead(of, record)) return bytes
    const { v, side, dependency, operation, effect, layer } = record
    const service = record.service || this.#service
    const instance = record.instance ?? this.#instance
    const json = JSON.stringify({ v, side, service, instance, dependency, operation, effect, layer })
    return keep(heads ?? this.#newOperation(record), record, `${json.slice(0, -1)},"t":`)
  }

  #newOperation({ dependency, operation }: AttemptRecord): Piece[] {
    if (this.#kept >= MOST_OPERATIONS) {
      this.#heads.clear()
      this.#kept = 0
    }
    this.#kept++
    const heads: Piece[] = []
    const operations = this.#heads.get(dependency) ?? new Map<string, Piece[]>()
    this.#heads.set(dependency, operations.set(operation, heads))
    return heads
  }

  /** From `"attempt"` to `"ms":`, or to `"waited":` where it waited. */
  #attempt(record: AttemptRecord): Uint8Array {
    const { attempt, cause } = record
    const waits = record.waited !== 0
    for (const { of, bytes } of this.#attempts)
      if (of.attempt === attempt && of.cause === cause && (of.waited !== 0) === waits) return bytes
    return keep(this.#attempts, record, `,${members({ attempt, cause })},"waited":${waits ? '' : '0,"ms":'}`)
  }

  /** From `"outcome"` to `"stop"`. */
  #verdict(record: AttemptRecord): Uint8Array {
    const { outcome, certainty, stop } = record
    for (const { of, bytes } of this.#verdicts)
      if (of.outcome === outcome && of.stop === stop && of.certainty === certainty) return bytes
    return keep(this.#verdicts, record, `,${members({ outcome, certainty, stop })}`)
  }

  /** From `"timeout"` to `"source"`, where these are settings; a timeout that a deadline cut is not worth keeping. */
  #limits(record: AttemptRecord): Uint8Array | undefined {
    const { timeout, queued, source } = record
    if (isFraction(timeout) || isFraction(queued)) return undefined
    for (const { of, bytes } of this.#limitsKept)
      if (of.timeout === timeout && of.queued === queued && of.source === source) return bytes
    if (this.#limitsKept.length >= MOST_LIMITS) return undefined
    const text = members({ timeout, queued, source })
    return keep(this.#limitsKept, record, text === '' ? '' : `,${text}`)
  }

  #stringified(record: AttemptRecord): string {
    const { v, side, t, call, parent, service, instance, dependency, operation, effect, layer } = record
    const { attempt, cause, waited, ms, outcome, certainty, stop, timeout, queued, source, key, replayed, trace } =
      record
    // One flat literal: spread from parts, it costs ten times as much.
    const line = {
      v,
      side,
      service: service || this.#service,
      instance: instance ?? this.#instance,
      dependency,
      operation,
      effect,
      layer,
      t: rounded(t),
      call,
      parent,
      attempt,
      cause,
      waited: rounded(waited),
      ms: rounded(ms),
      outcome,
      certainty,
      stop,
      timeout: rounded(timeout),
      queued: rounded(queued),
      source,
      key,
      replayed,
      trace,
    }
    return `${JSON.stringify(line)}\n`
  }
}

const CALL = Buffer.from(',"call":')
const PARENT = Buffer.from(',"parent":')
const MS = Buffer.from(',"ms":')
const TIMEOUT = Buffer.from(',"timeout":')
const QUEUED = Buffer.from(',"queued":')
const SOURCE = Buffer.from(',"source":')
const KEY = Buffer.from(',"key":')
const REPLAYED = Buffer.from(',"replayed":true')
const NOT_REPLAYED = Buffer.from(',"replayed":false')
const TRACE = Buffer.from(',"trace":')
const END = Buffer.from('}\n')

function haveOneHead(a: AttemptRecord, b: AttemptRecord): boolean {
  return (
    a.layer === b.layer &&
    a.service === b.service &&
    a.instance === b.instance &&
    a.effect === b.effect &&
    a.side === b.side
  )
}

function isFraction(value: number | undefined): boolean {
  return value !== undefined && !Number.isInteger(value)
}

function writeLimits(bytes: Buffer, from: number, { timeout, queued, source }: AttemptRecord): number {
  let at = from
  if (timeout !== undefined) at = duration(bytes, ascii(bytes, at, TIMEOUT), timeout)
  if (queued !== undefined) at = duration(bytes, ascii(bytes, at, QUEUED), queued)
  return source === undefined ? at : quoted(bytes, ascii(bytes, at, SOURCE), source)
}

function keep(pieces: Piece[], of: AttemptRecord, text: string): Uint8Array {
  const bytes = Buffer.from(text)
  if (pieces.length >= MOST_PIECES) pieces.length = 0
  pieces.push({ of, bytes })
  return bytes
}

/** Below this, whole ms are integers that the engine does not box. */
const LONG = 2 ** 30
const MILLION = 1_000_000

function isUsual({ t, waited, ms, timeout, queued }: AttemptRecord): boolean {
  return (
    t >= 0 &&
    t < LONG * MILLION &&
    isShort(waited) &&
    isShort(ms) &&
    (timeout === undefined || isShort(timeout)) &&
    (queued === undefined || isShort(queued))
  )
}

function isShort(ms: number): boolean {
  return ms >= 0 && ms < LONG
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : Math.round(ms * 1_000) / 1_000
}

function members(of: object): string {
  return JSON.stringify(of).slice(1, -1)
}

function duration(bytes: Buffer, at: number, ms: number): number {
  const whole = ms | 0
  const us = Math.round((ms - whole) * 1_000) | 0
  return us === 1_000 ? digits(bytes, at, whole + 1) : thousandths(bytes, digits(bytes, at, whole), us)
}

/** In two parts, because an epoch is no small integer. */
function moment(bytes: Buffer, at: number, t: number): number {
  if (t < LONG) return duration(bytes, at, t)
  let high = Math.floor(t / MILLION) | 0
  let low = Math.floor(t - high * MILLION) | 0
  let us = Math.round((t - high * MILLION - low) * 1_000) | 0
  if (us === 1_000) {
    us = 0
    low++
  }
  if (low === MILLION) {
    low = 0
    high++
  }
  const thousands = (low / 1_000) | 0
  let end = digits(bytes, at, high)
  end = threeDigits(bytes, end, thousands)
  end = threeDigits(bytes, end, low - thousands * 1_000)
  return thousandths(bytes, end, us)
}
