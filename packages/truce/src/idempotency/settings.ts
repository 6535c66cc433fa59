/**
 * Settings: what an engine is told once, checked once.
 *
 * @module
 */
import { type Clock, systemClock } from '../guard/clock.js'
import { OptionError } from '../guard/errors.js'
import { neededOptions, oneOf, wholeNumber } from '../guard/options/check.js'
import { type Duration, duration } from '../options/units.js'
import { classifyHttp } from '../http/semantics/classify.js'
import type { Classifier } from '../policy/classify.js'
import { type Ending, KEEPING, type Keeping, type Kept } from '../policy/idempotency/keeping.js'
import type { Random } from '../policy/random.js'
import { type Codec, json, LARGEST_RESULT } from './outcome-text.js'
import type { IdempotencyStore } from './store.js'

/** What `idempotency()` may be told. */
export interface IdempotencyOptions<Transaction> {
  /** Where keys are remembered: `memory()`, `sqlite()`, `redis()`, `postgres()`, or one of your own. */
  readonly store: IdempotencyStore<Transaction>
  /** How long an outcome is remembered. At least as long as any caller may repeat a key. */
  readonly ttl: Duration
  /** How long a run may go unheard before its key is in doubt. It is renewed while the run works. Default 30s. */
  readonly lease?: Duration | undefined
  /** How long a duplicate waits for the run that it meets; 0: it is told at once. Default 2s, at most the lease. */
  readonly wait?: Duration | undefined
  /** How long a run may work; then its signal aborts and its lease is let go. Default 5m. */
  readonly timeout?: Duration | 'none' | undefined
  /** How long the store may take to answer. Default 2s, at most half of the lease. */
  readonly storeTimeout?: Duration | undefined
  /** Which outcomes are remembered. Default: successes and permanent failures. */
  readonly keep?: KeepOption | undefined
  /** What failures mean, first to answer wins; HTTP answers and system errors are known without. */
  readonly classifiers?: readonly Classifier[] | undefined
  /** Turns results into text. Default: plain JSON, refusing what it would change. */
  readonly codec?: Codec | undefined
  /** Longest result that is kept, bytes. A longer one is remembered as done. Default 256 KiB. */
  readonly largestResult?: number | undefined
  /** The service, for metrics. */
  readonly service?: string | undefined
  /** For tests. */
  readonly clock?: Clock | undefined
  /** For tests. Uniform in [0, 1). */
  readonly random?: Random | undefined
}

/** A preset, or a function of how the work ended. */
export type KeepOption = Keeping | ((ending: Ending) => Kept)

/** Checked. Times are ms. */
export interface EngineSettings<Transaction> {
  readonly store: IdempotencyStore<Transaction>
  readonly ttl: number
  readonly lease: number
  readonly wait: number
  /** `Infinity` for none. */
  readonly timeout: number
  readonly storeTimeout: number
  readonly keep: KeepOption
  readonly classifiers: readonly Classifier[]
  readonly codec: Codec
  readonly largestResult: number
  readonly service: string
  readonly clock: Clock
  readonly random: Random
}

/** A duplicate that waits longer keeps its own caller from hearing that it may ask again later. */
const WAIT = 2_000
const LEASE = 30_000
const TIMEOUT = 300_000
/** 100 years, ms: stores count µs since 1970 in so many digits. */
const LONGEST = 3_153_600_000_000
const STORE_TIMEOUT = 2_000

const NAMES = [
  'store',
  'ttl',
  'lease',
  'wait',
  'timeout',
  'storeTimeout',
  'keep',
  'classifiers',
  'codec',
  'largestResult',
  'service',
  'clock',
  'random',
] as const satisfies readonly (keyof IdempotencyOptions<unknown>)[]

/** What a store has to be able to do. */
const COMMANDS = ['begin', 'renew', 'note', 'complete', 'abandon', 'look', 'ready', 'reap', 'close'] as const

/** @throws OptionError naming the option, its value and what is allowed */
export function engineSettings<Transaction>(options: IdempotencyOptions<Transaction>): EngineSettings<Transaction> {
  neededOptions(options, NAMES, 'idempotency')
  const lease = positive(options.lease ?? LEASE, 'lease')
  const ttl = positive(options.ttl, 'ttl')
  if (ttl > LONGEST) throw new OptionError('ttl', options.ttl, 'at most 100 years, 876000h')
  if (ttl < lease) throw new OptionError('ttl', options.ttl, `at least the lease, ${lease} ms`)
  return {
    store: checkStore(options.store),
    ttl,
    lease,
    wait: waitFor(options.wait, lease),
    timeout: timeoutOf(options.timeout) ?? TIMEOUT,
    storeTimeout: storeTimeoutOf(options.storeTimeout, lease),
    keep: keepOf(options.keep) ?? 'default',
    classifiers: [...functions(options.classifiers), classifyHttp],
    codec: codecOf(options.codec),
    largestResult: wholeNumber(options.largestResult ?? LARGEST_RESULT, 'largestResult', 1),
    service: serviceOf(options.service),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  }
}

/** Also of one call. */
export function waitFor(given: Duration | undefined, lease: number): number {
  return given === undefined ? Math.min(WAIT, lease) : duration(given, 'wait')
}

/** Also of one call. */
export function timeoutOf(given: Duration | 'none' | undefined): number | undefined {
  if (given === undefined) return undefined
  return given === 'none' ? Number.POSITIVE_INFINITY : positive(given, 'timeout')
}

/** Also of one call. */
export function keepOf(given: KeepOption | undefined): KeepOption | undefined {
  if (given === undefined || typeof given === 'function') return given
  return oneOf(given, 'keep', KEEPING)
}

function positive(given: Duration, option: string): number {
  const ms = duration(given, option)
  if (ms > 0) return ms
  throw new OptionError(option, given, "more than nothing, such as '30s'")
}

/** An answer that comes when half of the lease has passed leaves no time to renew it. */
function storeTimeoutOf(given: Duration | undefined, lease: number): number {
  const ms = positive(given ?? Math.min(STORE_TIMEOUT, lease / 2), 'storeTimeout')
  if (ms <= lease / 2) return ms
  throw new OptionError('storeTimeout', given, `at most half of the lease, ${lease / 2} ms`)
}

function checkStore<Transaction>(store: IdempotencyStore<Transaction>): IdempotencyStore<Transaction> {
  const given = store as Partial<Record<(typeof COMMANDS)[number], unknown>> | undefined | null
  const missing = COMMANDS.filter((command) => typeof given?.[command] !== 'function')
  if (missing.length === 0) return store
  throw new OptionError('store', store, `memory(), sqlite(), redis(), postgres() or a store with ${missing.join(', ')}`)
}

function functions(given: readonly Classifier[] | undefined): readonly Classifier[] {
  if (given === undefined) return []
  if (Array.isArray(given) && given.every((each) => typeof each === 'function')) return given
  throw new OptionError('classifiers', given, 'a list of functions (result, threw) => class')
}

function codecOf(given: Codec | undefined): Codec {
  if (given === undefined) return json
  if (typeof given?.encode === 'function' && typeof given.decode === 'function') return given
  throw new OptionError('codec', given, 'an object with encode(value) and decode(text)')
}

function serviceOf(given: string | undefined): string {
  if (given === undefined || typeof given === 'string') return given ?? ''
  throw new OptionError('service', given, 'a string')
}
