/**
 * Settings of an admission, checked once.
 *
 * @module
 */
import { OptionError } from '../../guard/errors.js'
import { knownOptions, oneOf, wholeNumber } from '../../guard/options/check.js'
import { type Duration, duration, type Share, share } from '../../options/units.js'
import { ADMISSION, type AdmissionSettings } from '../../policy/admission/index.js'

/** All of it may be left out: what a service can do is learned. */
export interface AdmissionOptions {
  /**
   * Requests worked on at once: a number is fixed; otherwise it is learned from what is served, from `initial` (100)
   * on, between `min` (1) and `max` (1,000).
   */
  limit?: number | { initial?: number | undefined; min?: number | undefined; max?: number | undefined } | undefined
  /**
   * The longest that a first attempt waits for its turn. Default 400 ms; never longer than twice the 99th percentile of
   * the service while it is not loaded.
   */
  wait?: Duration | undefined
  /** The longest that a retry waits, as a share of that. Default a quarter. */
  retryWait?: Share | undefined
  /** The longest time to come back that anybody is told. Default 10 s. */
  slot?: Duration | undefined
  /**
   * Whose voice it is when there is no room: `service` (default): all instances are as busy, do not try another; `host`:
   * another may have room.
   */
  scope?: 'host' | 'service' | undefined
}

const OPTIONS: readonly (keyof AdmissionOptions)[] = ['limit', 'wait', 'retryWait', 'slot', 'scope']
const LEARNED = ['initial', 'min', 'max'] as const

/** @throws OptionError */
export function admissionSettings(options: AdmissionOptions): AdmissionSettings {
  knownOptions(options, OPTIONS, 'admission')
  const { wait, retryWait, slot, scope } = options
  return Object.freeze({
    ...limitOf(options.limit),
    wait: wait === undefined ? ADMISSION.wait : duration(wait, 'wait'),
    retries: retryWait === undefined ? ADMISSION.retries : share(retryWait, 'retryWait'),
    slot: slot === undefined ? ADMISSION.slot : duration(slot, 'slot'),
    scope: oneOf(scope ?? ADMISSION.scope, 'scope', ['host', 'service']),
  })
}

function limitOf(given: AdmissionOptions['limit']): Pick<AdmissionSettings, 'limit' | 'limitMin' | 'limitMax'> {
  if (typeof given === 'number') {
    const limit = wholeNumber(given, 'limit', 1)
    return { limit, limitMin: limit, limitMax: limit }
  }
  knownOptions(given, LEARNED, 'limit', ', or a number of requests')
  const min = wholeNumber(given?.min ?? ADMISSION.limitMin, 'limit.min', 1)
  const max = wholeNumber(given?.max ?? Math.max(min, ADMISSION.limitMax), 'limit.max', 1)
  if (max < min) throw new OptionError('limit.max', max, `at least limit.min (${min})`)
  const initial = wholeNumber(given?.initial ?? Math.min(max, Math.max(min, ADMISSION.limit)), 'limit.initial', 1)
  if (initial < min || initial > max) {
    throw new OptionError('limit.initial', initial, `from limit.min to limit.max (${min} to ${max})`)
  }
  return { limit: initial, limitMin: min, limitMax: max }
}
