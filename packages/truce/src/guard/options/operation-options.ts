/**
 * Options of an operation: preset first, then what is said of it.
 *
 * @module
 */
import type { Owner } from '../../context/owner.js'
import { AdaptiveTimeout } from '../../policy/attempt-timeout.js'
import { BREAKER } from '../../policy/breaker.js'
import { type Backoff, BACKOFF, type Jitter } from '../../policy/backoff.js'
import { type Classifier, type FailureClass, TRANSIENT, type TransientClass } from '../../policy/classify.js'
import { type Preset, type PresetName, PRESETS } from '../../policy/presets.js'
import type { RetryRules } from '../../policy/retry.js'
import type { Profile } from '../../profiles/profile.js'
import { OptionError } from '../errors.js'
import type { StandInSettings } from '../fallback.js'
import { openStream } from '../stream/open.js'
import type { StreamSettings } from '../stream/settings.js'
import { knownOptions, name, oneOf, wholeNumber } from './check.js'
import { type IdempotencyOptions, keyRules, type KeyRules } from './idempotency-options.js'
import {
  adaptiveTimeout,
  type AdaptiveTimeoutOptions,
  type HedgeOptions,
  type HedgeSettings,
  hedgeSettings,
  timeLimit,
} from './latency-options.js'
import { OF_OPERATION } from './names.js'
import { degradeRules, type StandInOptions, standInSettings } from './stand-in-options.js'
import { classifiers, type Mode } from './dependency-options.js'
import { type Duration, duration } from '../../options/units.js'

/** How long to wait before a retry: `initial × factor^n`, at most `max`, spread by `jitter`. */
export interface BackoffOptions {
  /** Wait before the first retry, before jitter. Default: the preset's (`baseline`: 100 ms). */
  initial?: Duration | undefined
  /** Growth from one retry to the next. Default 2. */
  factor?: number | undefined
  /** No wait is longer. Default: the preset's (`baseline`: 2 s). */
  max?: Duration | undefined
  /** Default `full`. */
  jitter?: Jitter | undefined
}

/**
 * What one operation is and may do. Only `effect` is required; what is left out is the preset's.
 *
 * @typeParam F what its fallback gives; `never` where it has none
 */
export interface OperationOptions<F = never> extends StandInOptions<F> {
  /** Preset: who waits for the answer. Default `baseline`. */
  use?: PresetName | undefined
  /** `read` or `write`. Required: a write is repeated only where that is safe. */
  effect: 'read' | 'write'
  /** Attempts of one call, the original included. Default: the preset's (`baseline`: 3). */
  attempts?: number | undefined
  /** What one attempt may take, at the most or as learned. Default: the preset's (`baseline`: 3 s). */
  attemptTimeout?: Duration | 'none' | AdaptiveTimeoutOptions | undefined
  /** What the whole call may take, waits included. Default: the preset's (`baseline`: 10 s). */
  deadline?: Duration | 'none' | undefined
  /** How long to wait before a retry; `none`: not at all. Default: the preset's. */
  backoff?: BackoffOptions | 'none' | undefined
  /** Transient classes worth another attempt. Default: all. */
  retryOn?: readonly TransientClass[] | undefined
  /** What a repeat would cost. Default: `high` for a write, `low` for a read. */
  risk?: 'high' | 'low' | undefined
  /** `natural`: repeating is harmless (a PUT of the whole). An object, also `{}`: the dependency honours the key of a call. */
  idempotency?: 'natural' | IdempotencyOptions | undefined
  /** The layer that retries, or two: of what fails transiently, and of conflicts. Default: the lowest with a guard. */
  owner?: Owner | undefined
  /** `not-sent`: where the connection failed before anything was sent, the first retry goes without a wait. */
  immediate?: 'not-sent' | undefined
  /** A second attempt beside a late one; never of a write that is not safe to repeat. */
  hedge?: HedgeOptions | undefined
  /** `stream`: longest silence between two chunks of the answer. Default 30 s. */
  idle?: Duration | undefined
  /** What results and errors mean; asked before the dependency's classifiers. */
  classify?: Classifier | readonly Classifier[] | undefined
  /** `observe`: decide and report, change nothing. Default: the dependency's. */
  mode?: Mode | undefined
}

const NAMES: readonly (keyof OperationOptions)[] = OF_OPERATION

/** Checked and normalised; times in ms, `Infinity` for none. */
export interface OperationSettings {
  readonly effect: 'read' | 'write'
  readonly rules: RetryRules
  readonly keys: KeyRules
  readonly attemptTimeout: number
  readonly deadline: number
  /** How long an attempt may keep the place of a probe. */
  readonly lease: number
  readonly owner: Owner | undefined
  /** Where the attempt timeout is learned. */
  readonly adaptiveTimeout: (() => AdaptiveTimeout) | undefined
  readonly hedge: HedgeSettings | undefined
  readonly standIn: StandInSettings | undefined
  readonly stream: StreamSettings | undefined
  readonly classifiers: readonly Classifier[]
  readonly mode: Mode | undefined
}

/** @throws OptionError naming the option, its value and what is allowed @param profile of its dependency */
export function operationSettings(
  operation: string,
  options: OperationOptions<unknown>,
  profile: Profile | undefined,
): OperationSettings {
  name(operation, 'name of the operation')
  knownOptions(options, NAMES, 'operation')
  const preset: Preset = PRESETS[oneOf(options?.use ?? 'baseline', 'use', Object.keys(PRESETS) as PresetName[])]
  const effect = oneOf(options?.effect, 'effect', ['read', 'write'])
  const risk = oneOf(options.risk ?? (effect === 'write' ? 'high' : 'low'), 'risk', ['high', 'low'])
  const deadline = timeLimit(options.deadline, preset.deadline, 'deadline')
  const adaptive = adaptiveTimeout(options.attemptTimeout, preset.attemptTimeout)
  const attemptTimeout = adaptive
    ? adaptive.max
    : timeLimit(options.attemptTimeout as Duration | 'none' | undefined, preset.attemptTimeout, 'attemptTimeout')
  const standIn = standInSettings(options, risk)
  const keys = keyRules(options.idempotency, profile, effect)
  const most = attempts(options.attempts, preset.attempts)
  // An attempt never outlives its call: with no time of its own it has the call's.
  const longest = Math.min(deadline, attemptTimeout)
  return Object.freeze({
    effect,
    keys,
    rules: Object.freeze({
      attempts: most,
      retryOn: retryOn(options.retryOn),
      backoff: backoff(options.backoff, preset.backoff),
      repeatable: risk === 'low' || options.idempotency === 'natural',
      window: keys.window,
      background: preset.background,
      degradeWhen: degradeRules(options.degradeWhen, standIn),
      immediate: options.immediate !== undefined && oneOf(options.immediate, 'immediate', ['not-sent']) === 'not-sent',
    }),
    attemptTimeout: longest,
    lease: attemptTimeout === Number.POSITIVE_INFINITY ? BREAKER.lease : attemptTimeout,
    deadline,
    owner: owner(options.owner),
    adaptiveTimeout: adaptive && (() => new AdaptiveTimeout({ ...adaptive, max: Math.min(adaptive.max, deadline) })),
    hedge: hedgeSettings(options.hedge, most, longest),
    standIn,
    stream: streamSettings(options, preset),
    classifiers: classifiers(options.classify, 'classify'),
    mode: options.mode === undefined ? undefined : oneOf(options.mode, 'mode', ['enforce', 'observe']),
  })
}

function owner(given: Owner | undefined): Owner | undefined {
  if (given === undefined || typeof given === 'string') return given === undefined ? undefined : name(given, 'owner')
  knownOptions(given, ['transient', 'business'], 'owner', ", or a layer's name")
  return Object.freeze({
    transient: name(given.transient, 'owner.transient'),
    business: name(given.business, 'owner.business'),
  })
}

function streamSettings(options: OperationOptions<unknown>, preset: Preset): StreamSettings | undefined {
  if (preset.idle !== undefined) return { idle: timeLimit(options.idle, preset.idle, 'idle'), open: openStream }
  if (options.idle === undefined) return undefined
  throw new OptionError('idle', options.idle, "nothing without use: 'stream'")
}

export function attempts(given: number | undefined, preset: number): number {
  return given === undefined ? preset : wholeNumber(given, 'attempts', 1)
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
