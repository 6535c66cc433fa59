/**
 * Record line: an attempt record as one line of JSON, cheaper than `JSON.stringify`.
 *
 * What all attempts of an operation share is encoded once; ids are checked by a regular expression and
 * go through `JSON.stringify` only where they hold something to escape; times are put together from
 * integers, because printing a double is the dearest part of a record. Fields without a value are left
 * out, so are numbers that JSON has no word for (a timeout of `Infinity` is none).
 *
 * @module
 */
import type { AttemptRecord } from './record.js'

/** Nothing that JSON must escape, and no halves of surrogate pairs, which are no UTF-8. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** Operations whose beginnings are kept. They are few; where they are not, the memory starts afresh. */
const MOST_OPERATIONS = 10_000

/** The beginning of an operation's lines, and whose it is. */
interface Beginning {
  readonly of: AttemptRecord
  readonly text: string
}

export class RecordLines {
  readonly #service: string
  readonly #instance: string | undefined
  readonly #beginnings = new Map<string, Map<string, Beginning>>()
  #kept = 0

  /** @param names of the writer, for records that do not say */
  constructor(names: { readonly service?: string | undefined; readonly instance?: string | undefined } = {}) {
    this.#service = names.service ?? ''
    this.#instance = names.instance
  }

  /** The record as JSON with a line feed. Times are rounded to microseconds. */
  encode(record: AttemptRecord): string {
    return (
      this.#beginning(record) +
      epoch(record.t) +
      text(',"call":', record.call) +
      (record.parent === undefined ? '' : text(',"parent":', record.parent)) +
      `,"attempt":${record.attempt},"cause":"${record.cause}"` +
      duration(',"waited":', record.waited) +
      duration(',"ms":', record.ms) +
      `,"outcome":"${record.outcome}"` +
      (record.certainty === undefined ? '' : `,"certainty":"${record.certainty}"`) +
      (record.stop === undefined ? '' : `,"stop":"${record.stop}"`) +
      duration(',"timeout":', record.timeout) +
      duration(',"queued":', record.queued) +
      (record.source === undefined ? '' : `,"source":"${record.source}"`) +
      (record.key === undefined ? '' : text(',"key":', record.key)) +
      (record.replayed === undefined ? '' : `,"replayed":${record.replayed}`) +
      (record.trace === undefined ? '}\n' : `${text(',"trace":', record.trace)}}\n`)
    )
  }

  #beginning(record: AttemptRecord): string {
    const known = this.#beginnings.get(record.dependency)?.get(record.operation)
    return known && begins(known.of, record) ? known.text : this.#begin(record)
  }

  #begin(of: AttemptRecord): string {
    if (this.#kept >= MOST_OPERATIONS) {
      this.#beginnings.clear()
      this.#kept = 0
    }
    const { v, side, dependency, operation, effect, layer } = of
    const service = of.service || this.#service
    const instance = of.instance ?? this.#instance
    const encoded = JSON.stringify({ v, side, service, instance, dependency, operation, effect, layer }).slice(0, -1)
    const operations = this.#beginnings.get(dependency) ?? new Map<string, Beginning>()
    this.#beginnings.set(dependency, operations)
    operations.set(operation, { of, text: encoded })
    this.#kept++
    return encoded
  }
}

function begins(a: AttemptRecord, b: AttemptRecord): boolean {
  return (
    a.service === b.service &&
    a.instance === b.instance &&
    a.layer === b.layer &&
    a.effect === b.effect &&
    a.side === b.side
  )
}

function text(field: string, value: string): string {
  return PLAIN.test(value) ? `${field}"${value}"` : field + JSON.stringify(value)
}

/** '', '.001' … '.999', without noughts at the end. */
const THOUSANDTHS: readonly string[] = Array.from({ length: 1_000 }, (_, us) => String(us / 1_000).slice(1))

/** Above this the integers below are no longer small ones, and nothing is gained. */
const LONG = 2 ** 30

function duration(field: string, ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return ''
  if (!(ms >= 0 && ms < LONG)) return `${field}${Math.round(ms * 1_000) / 1_000}`
  const us = Math.round(ms * 1_000)
  const whole = Math.floor(us / 1_000)
  return `${field}${whole}${THOUSANDTHS[us - whole * 1_000]}`
}

/** A moment: what changes every quarter of an hour, and the rest. */
function epoch(t: number): string {
  const high = Math.floor(t / 1_000_000)
  if (!(high > 0 && high < LONG)) return duration(',"t":', t)
  const us = Math.round((t - high * 1_000_000) * 1_000)
  const whole = Math.floor(us / 1_000)
  if (whole >= 1_000_000) return `,"t":${Math.round(t)}`
  return `,"t":${high}${String(1_000_000 + whole).slice(1)}${THOUSANDTHS[us - whole * 1_000]}`
}
