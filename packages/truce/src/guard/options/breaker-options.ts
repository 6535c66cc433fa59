/**
 * Options of the breaker.
 *
 * @module
 */
import { Breaker, BREAKER, type BreakerSettings } from '../../policy/breaker.js'
import { DETECTOR } from '../../policy/detector.js'
import type { BreakerRule } from '../../policy/breaker-rule.js'
import { OptionError } from '../errors.js'
import { knownOptions, oneOf, wholeNumber } from './check.js'
import { type Duration, duration, type Share, share } from '../../options/units.js'

/** When the breaker of a dependency refuses calls, and how it lets them through again. */
export interface BreakerOptions {
  /** What is remembered: failures in a row, the last `size` outcomes, the last `window`. Default `time`. */
  kind?: 'consecutive' | 'count' | 'time' | undefined
  /** `consecutive`: opens after so many in a row. Default 5. */
  failures?: number | undefined
  /** `count`: outcomes remembered. Default 100. */
  size?: number | undefined
  /** `time`: span remembered. Default 10 s. */
  window?: Duration | undefined
  /** Share of failures from which it sheds calls. Default 50 %. */
  failureRate?: Share | undefined
  /** Share of failures from which it is open. Default 80 %. */
  openRate?: Share | undefined
  /** Outcomes needed for a judgement. Default 20. */
  minimumCalls?: number | undefined
  /** Successes slower than this are slow calls. Default: they are not told apart. */
  slowCall?: Duration | undefined
  /** Share of slow calls from which it opens. Default 100 %. */
  slowRate?: Share | undefined
  /** First open time, ± 25 %. Default 500 ms. */
  cooldown?: Duration | undefined
  /** It doubles up to this while probes fail. Default 2 s. */
  cooldownMax?: Duration | undefined
  /** Attempts let through while half-open. Default 3. */
  probes?: number | undefined
  /** So many of them must succeed. Default 2. */
  closeAfter?: number | undefined
  /** Time in which traffic grows back to all. Default 1 s. */
  ramp?: Duration | undefined
}

const BREAKER_NAMES: readonly (keyof BreakerOptions)[] = [
  'kind', 'failures', 'size', 'window', 'failureRate', 'openRate', 'minimumCalls', 'slowCall', 'slowRate', 'cooldown',
  'cooldownMax', 'probes', 'closeAfter', 'ramp',
] // prettier-ignore

/** Checks the options once. @returns how to make a breaker of them; each partition has its own */
export function breakerMaker(given: BreakerOptions | 'none' | undefined): () => Breaker | null {
  if (given === 'none') return () => null
  const options: BreakerOptions = given === undefined ? DETECTOR : given
  knownOptions(options, BREAKER_NAMES, 'breaker', ", or 'none'")
  const probes = wholeNumber(options.probes ?? BREAKER.probes, 'breaker.probes', 1)
  const closeAfter = wholeNumber(options.closeAfter ?? Math.min(probes, BREAKER.closeAfter), 'breaker.closeAfter', 1)
  if (closeAfter > probes) throw new OptionError('breaker.closeAfter', closeAfter, `at most breaker.probes (${probes})`)
  const cooldown = duration(options.cooldown ?? BREAKER.cooldown, 'breaker.cooldown')
  const settings: BreakerSettings = {
    rule: breakerRule(options),
    cooldown,
    cooldownMax: duration(options.cooldownMax ?? Math.max(cooldown, BREAKER.cooldownMax), 'breaker.cooldownMax'),
    probes,
    closeAfter,
    ramp: duration(options.ramp ?? BREAKER.ramp, 'breaker.ramp'),
    lease: BREAKER.lease,
  }
  if (settings.cooldownMax < cooldown) {
    throw new OptionError('breaker.cooldownMax', options.cooldownMax, 'at least breaker.cooldown')
  }
  Object.freeze(settings)
  return () => new Breaker(settings)
}

/** A success slower than this is a slow call, ms. */
export function slowCall(given: BreakerOptions | 'none' | undefined): number {
  if (typeof given !== 'object' || given?.slowCall === undefined) return Number.POSITIVE_INFINITY
  return duration(given.slowCall, 'breaker.slowCall')
}

/** What a kind of breaker does not read: said nevertheless, it is a mistake about the kind. */
const FOREIGN = {
  consecutive: ['size', 'window', 'failureRate', 'openRate', 'minimumCalls', 'slowCall', 'slowRate'],
  count: ['failures', 'window'],
  time: ['failures', 'size'],
} as const

function breakerRule(options: BreakerOptions): BreakerRule {
  const kind = oneOf(options.kind ?? 'time', 'breaker.kind', ['time', 'count', 'consecutive'])
  for (const foreign of FOREIGN[kind]) {
    if (options[foreign] === undefined) continue
    throw new OptionError(
      `breaker.${foreign}`,
      options[foreign],
      `nothing, with kind '${kind}', which does not read it`,
    )
  }
  if (kind === 'consecutive') {
    return { kind, failures: wholeNumber(options.failures ?? BREAKER.failures, 'breaker.failures', 1) }
  }
  const size = wholeNumber(options.size ?? BREAKER.size, 'breaker.size', 1)
  const minimumCalls = wholeNumber(options.minimumCalls ?? BREAKER.minimumCalls, 'breaker.minimumCalls', 1)
  if (kind === 'count' && minimumCalls > size) {
    throw new OptionError('breaker.minimumCalls', minimumCalls, `at most breaker.size (${size}), or it never opens`)
  }
  const failureRate = share(options.failureRate ?? BREAKER.failureRate, 'breaker.failureRate')
  const openRate = share(options.openRate ?? Math.max(failureRate, BREAKER.openRate), 'breaker.openRate')
  if (openRate < failureRate || openRate === 0) {
    throw new OptionError('breaker.openRate', options.openRate, 'more than 0 and at least breaker.failureRate')
  }
  const window = duration(options.window ?? BREAKER.window, 'breaker.window')
  if (window <= 0) throw new OptionError('breaker.window', options.window, 'more than 0')
  const slowRate = share(options.slowRate ?? BREAKER.slowRate, 'breaker.slowRate')
  return Object.freeze({ kind, size, window, failureRate, openRate, minimumCalls, slowRate })
}
