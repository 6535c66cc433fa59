/**
 * Make: a profile of the user's own, checked.
 *
 * @module
 */
import { OptionError } from '../options/option-error.js'
import { type Duration, duration } from '../options/units.js'
import { KEY_MAX, marked, type Profile, type Stored } from './profile.js'

/** What is said of an API; what is left out is not known of it. A profile may be spread into it. */
export interface ProfileOptions {
  /** For messages. */
  name: string
  /** The request header that carries the key. Default `idempotency-key`, where there is no `field`. */
  header?: string | undefined
  /** The field of a JSON body that carries it instead. */
  field?: string | undefined
  /** `quoted`: as RFC 9651 has strings. Default `bare`. */
  format?: 'bare' | 'quoted' | undefined
  /** Characters of a key. Default 255. */
  maxLength?: number | undefined
  /** How long a key is remembered. Default: nobody says, and `idempotency.window` is endless. */
  ttl?: Duration | undefined
  /** What is kept under a key. Default `unknown`: a failure may be repeated. */
  stores?: Stored | undefined
  /** Statuses of "still at work". */
  inProgress?: readonly number[] | undefined
  /** They say so only with this header. */
  inProgressWith?: 'retry-after' | undefined
  /** Statuses of "used for something else". */
  mismatch?: readonly number[] | undefined
  /** Statuses of "older than what is remembered". */
  expired?: readonly number[] | undefined
  /** The response header that is `true` where the answer was kept. */
  replayed?: string | undefined
  /** The response header that says whether the same request may be sent again. */
  hint?: string | undefined
}

const NAMES: ReadonlySet<string> = new Set<keyof ProfileOptions>([
  'name', 'header', 'field', 'format', 'maxLength', 'ttl', 'stores', 'inProgress', 'inProgressWith', 'mismatch',
  'expired', 'replayed', 'hint',
]) // prettier-ignore
const STORED: readonly Stored[] = ['all', 'success', 'redrive', 'latest', 'unknown']
/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/

/**
 * What an API does with idempotency keys, for the options `profile` and `idempotency: { profile }`.
 *
 * @throws OptionError naming the option, its value and what is allowed
 * @example
 * const amazonPay = profile({ name: 'amazon-pay', header: 'x-amz-pay-idempotency-key', maxLength: 32 })
 * const pay = dependency('amazon-pay', { profile: amazonPay })
 */
export function profile(options: ProfileOptions): Profile {
  if (typeof options !== 'object' || options === null) throw wrong('', options, 'an object with name and header')
  for (const [given, value] of Object.entries(options)) {
    if (!NAMES.has(given)) throw wrong(`.${given}`, value, `no such option; there are ${[...NAMES].join(', ')}`)
  }
  const { name, field, format = 'bare', maxLength = KEY_MAX, ttl, stores = 'unknown', inProgressWith } = options
  if (typeof name !== 'string' || name === '') throw wrong('.name', name, 'a non-empty string')
  if (field !== undefined && (typeof field !== 'string' || field === '')) {
    throw wrong('.field', field, 'the name of a field of the body')
  }
  if (field !== undefined && options.header !== undefined) {
    throw wrong('.field', field, 'nothing beside header: a key goes one way')
  }
  if (format !== 'bare' && format !== 'quoted') throw wrong('.format', format, "'bare', 'quoted'")
  if (!Number.isInteger(maxLength) || maxLength < 1 || maxLength > KEY_MAX) {
    throw wrong('.maxLength', maxLength, `a whole number from 1 to ${KEY_MAX}`)
  }
  if (!STORED.includes(stores)) throw wrong('.stores', stores, STORED.map((word) => `'${word}'`).join(', '))
  if (inProgressWith !== undefined && inProgressWith !== 'retry-after') {
    throw wrong('.inProgressWith', inProgressWith, "'retry-after'")
  }
  return marked({
    name,
    header: field === undefined ? headerName(options.header ?? 'idempotency-key', '.header') : undefined,
    field,
    format,
    maxLength,
    ttl: ttl === undefined ? undefined : duration(ttl, 'profile.ttl'),
    stores,
    inProgress: statuses(options.inProgress, '.inProgress'),
    inProgressWith,
    mismatch: statuses(options.mismatch, '.mismatch'),
    expired: statuses(options.expired, '.expired'),
    replayed: options.replayed === undefined ? undefined : headerName(options.replayed, '.replayed'),
    hint: options.hint === undefined ? undefined : headerName(options.hint, '.hint'),
  })
}

function headerName(given: unknown, option: string): string {
  if (typeof given === 'string' && TOKEN.test(given)) return given.toLowerCase()
  throw wrong(option, given, "the name of a header, such as 'idempotency-key'")
}

function statuses(given: unknown, option: string): readonly number[] {
  if (given === undefined) return NONE
  if (!Array.isArray(given) || !given.every(isFailing)) {
    throw wrong(option, given, 'an array of statuses from 400 to 499: any other may be an answer of a proxy')
  }
  return Object.freeze([...(given as number[])])
}
const NONE: readonly number[] = Object.freeze([])

function isFailing(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 400 && (status as number) < 500
}

function wrong(option: string, value: unknown, allowed: string): OptionError {
  return new OptionError(`profile${option}`, value, allowed)
}
