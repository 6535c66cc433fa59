/**
 * Options of an operation: preset first, then what is said of it.
 *
 * @module
 */
import { BREAKER } from '../../policy/breaker.js'
import { type Backoff, BACKOFF, type Jitter } from '../../policy/backoff.js'
import { type Classifier, type FailureClass, TRANSIENT, type TransientClass } from '../../policy/classify.js'
import { type Preset, type PresetName, PRESETS } from '../../policy/presets.js'
import type { RetryRules } from '../../policy/retry.js'
import { OptionError } from '../errors.js'
import { knownOptions, name, oneOf, wholeNumber } from './check.js'
import { classifiers, type Mode } from './dependency-options.js'
import { type Duration, duration } from './units.js'

export interface BackoffOptions {
  /** Wait before the first retry, before jitter. */
  initial?: Duration
  /** Growth from one retry to the next. Default 2. */
  factor?: number
  /** No wait is longer. */
  max?: Duration
  /** Default `full`. */
  jitter?: Jitter
}

export interface OperationOptions {
  /** Preset: who waits for the answer. Default `baseline`. */
  use?: PresetName
  /** Required: a write is repeated only where that is safe. */
  effect: 'read' | 'write'
  /** Attempts of one call, the original included. */
  attempts?: number
  /** What one attempt may take. */
  attemptTimeout?: Duration | 'none'
  /** What the whole call may take, waits included. */
  deadline?: Duration | 'none'
  backoff?: BackoffOptions | 'none'
  /** Transient classes worth another attempt. Default: all. */
  retryOn?: readonly TransientClass[]
  /** What a repeat would cost. Default: `high` for a write, `low` for a read. */
  risk?: 'high' | 'low'
  /** `natural`: repeating is harmless (a PUT of the whole); `window`: how long a key may be repeated. */
  idempotency?: 'natural' | { window?: Duration }
  /** The layer that retries; default: the lowest with a guard. */
  owner?: string
  /** What results and errors mean; asked before the dependency's classifiers. */
  classify?: Classifier | readonly Classifier[]
  mode?: Mode
}

const NAMES: readonly (keyof OperationOptions)[] = [
  'use', 'effect', 'attempts', 'attemptTimeout', 'deadline', 'backoff', 'retryOn', 'risk', 'idempotency', 'owner',
  'classify', 'mode',
] // prettier-ignore

/** Checked and normalised; times in ms, `Infinity` for none. */
export interface OperationSettings {
  readonly effect: 'read' | 'write'
  readonly rules: RetryRules
  readonly attemptTimeout: number
  readonly deadline: number
  /** How long an attempt may keep the place of a probe. */
  readonly lease: number
  readonly owner: string | undefined
  readonly classifiers: readonly Classifier[]
  readonly mode: Mode | undefined
}

/** @throws OptionError naming the option, its value and what is allowed */
export function operationSettings(operation: string, options: OperationOptions): OperationSettings {
  name(operation, 'name of the operation')
  knownOptions(options, NAMES, 'operation')
  const preset: Preset = PRESETS[oneOf(options?.use ?? 'baseline', 'use', Object.keys(PRESETS) as PresetName[])]
  const effect = oneOf(options?.effect, 'effect', ['read', 'write'])
  const risk = oneOf(options.risk ?? (effect === 'write' ? 'high' : 'low'), 'risk', ['high', 'low'])
  const deadline = timeLimit(options.deadline, preset.deadline, 'deadline')
  const attemptTimeout = timeLimit(options.attemptTimeout, preset.attemptTimeout, 'attemptTimeout')
  return Object.freeze({
    effect,
    rules: Object.freeze({
      attempts: attempts(options.attempts, preset.attempts),
      retryOn: retryOn(options.retryOn),
      backoff: backoff(options.backoff, preset.backoff),
      repeatable: risk === 'low' || options.idempotency === 'natural',
      window: window(options.idempotency),
      background: preset.background,
    }),
    // An attempt never outlives its call: with no time of its own it has the call's.
    attemptTimeout: Math.min(deadline, attemptTimeout),
    lease: attemptTimeout === Number.POSITIVE_INFINITY ? BREAKER.lease : attemptTimeout,
    deadline,
    owner: options.owner === undefined ? undefined : name(options.owner, 'owner'),
    classifiers: classifiers(options.classify, 'classify'),
    mode: options.mode === undefined ? undefined : oneOf(options.mode, 'mode', ['enforce', 'observe']),
  })
}

export function attempts(given: number | undefined, preset: number): number {
  return given === undefined ? preset : wholeNumber(given, 'attempts', 1)
}

export function timeLimit(given: Duration | 'none' | undefined, preset: number, option: string): number {
  if (given === undefined) return preset
  if (given === 'none' || given === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  const ms = duration(given, option)
  if (ms <= 0) throw new OptionError(option, given, "more than 0, or 'none'")
  return ms
}

export function retryOn(given: readonly TransientClass[] | undefined): ReadonlySet<FailureClass> {
  if (given === undefined) return ALL_TRANSIENT
  if (!Array.isArray(given)) throw new OptionError('retryOn', given, `an array of ${TRANSIENT.join(', ')}`)
  return new Set(given.map((word) => oneOf(word, 'retryOn', TRANSIENT)))
}
const ALL_TRANSIENT: ReadonlySet<FailureClass> = new Set<FailureClass>(TRANSIENT)

export function backoff(given: BackoffOptions | 'none' | undefined, preset: Backoff): Backoff | null {
  if (given === undefined) return preset
  if (given === 'none') return null
  knownOptions(given, ['initial', 'factor', 'max', 'jitter'], 'backoff', ", or 'none'")
  const initial = given.initial === undefined ? preset.initial : duration(given.initial, 'backoff.initial')
  const max = given.max === undefined ? Math.max(initial, preset.max) : duration(given.max, 'backoff.max')
  if (max < initial) throw new OptionError('backoff.max', given.max, `at least backoff.initial (${initial} ms)`)
  const factor = given.factor ?? preset.factor
  if (typeof factor !== 'number' || !(factor >= 1) || factor === Number.POSITIVE_INFINITY) {
    throw new OptionError('backoff.factor', factor, 'a number of at least 1')
  }
  const jitter = oneOf(given.jitter ?? BACKOFF.jitter, 'backoff.jitter', ['full', 'equal', 'decorrelated', 'none'])
  return Object.freeze({ initial, factor, max, jitter })
}

function window(given: OperationOptions['idempotency']): number {
  if (given === undefined || given === 'natural') return Number.POSITIVE_INFINITY
  knownOptions(given, ['window'], 'idempotency', ", or 'natural'")
  return given.window === undefined ? Number.POSITIVE_INFINITY : duration(given.window, 'idempotency.window')
}
