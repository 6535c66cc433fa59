/**
 * Options of a dependency: what all its operations share.
 *
 * @module
 */
import { Breaker, BREAKER, type BreakerSettings } from '../../policy/breaker.js'
import type { BreakerRule } from '../../policy/breaker-rule.js'
import { Budget, BUDGET } from '../../policy/budget.js'
import type { Classifier } from '../../policy/classify.js'
import type { ConcurrencySettings } from '../../policy/concurrency.js'
import { DependencyPolicy } from '../../policy/dependency.js'
import { Governor } from '../../policy/governor.js'
import type { Random } from '../../policy/random.js'
import type { Clock } from '../clock.js'
import { OptionError } from '../errors.js'
import { flag, knownOptions, name, oneOf, wholeNumber } from './check.js'
import { type Duration, duration, type Rate, rate, type Share, share } from './units.js'

export type Mode = 'enforce' | 'observe'

export interface BudgetOptions {
  /** Hard ceiling on retries ÷ originals over 10 s. Default 0.5. */
  ratio?: Share
  /** Hard ceiling on retries a second. Default: none. */
  max?: Rate
  /** Extra allowance of each instance. Default: none; small allowances add up over a fleet. */
  floor?: Rate
}

export interface BreakerOptions {
  /** What is remembered: failures in a row, the last `size` outcomes, the last `window`. Default `time`. */
  kind?: 'consecutive' | 'count' | 'time'
  /** `consecutive`: opens after so many in a row. Default 5. */
  failures?: number
  /** `count`: outcomes remembered. Default 100. */
  size?: number
  /** `time`: span remembered. Default 10 s. */
  window?: Duration
  /** Share of failures from which it sheds calls. Default 50 %. */
  failureRate?: Share
  /** Share of failures from which it is open. Default 80 %. */
  openRate?: Share
  /** Outcomes needed for a judgement. Default 20. */
  minimumCalls?: number
  /** Successes slower than this are slow calls. Default: they are not told apart. */
  slowCall?: Duration
  /** Share of slow calls from which it opens. Default 100 %. */
  slowRate?: Share
  /** First open time, ± 25 %. Default 500 ms. */
  cooldown?: Duration
  /** It doubles up to this while probes fail. Default 2 s. */
  cooldownMax?: Duration
  /** Attempts let through while half-open. Default 3. */
  probes?: number
  /** So many of them must succeed. Default 2. */
  closeAfter?: number
  /** Time in which traffic grows back to all. Default 1 s. */
  ramp?: Duration
}

export interface DependencyOptions {
  /** The service that calls, for records and metrics. */
  service?: string
  /** Name of this layer of retries; default: the service, else the dependency's name. */
  layer?: string
  /** How many processes run this; beyond ten, what each may always spend shrinks. Default 1. */
  instances?: number
  /** Attempts at once: a number (as many again may wait), or limit and queue. Default: no limit. */
  concurrency?: number | { limit: number; queue?: number } | 'none'
  budget?: BudgetOptions | 'none'
  governor?: 'none'
  /** Without it: a detector of dead dependencies (all of ≥ 20 calls in 10 s failed). */
  breaker?: BreakerOptions | 'none'
  /** What results and errors mean; asked before the built-in rules, first to answer wins. */
  classify?: Classifier | readonly Classifier[]
  /** Let calls know the attempt they run in by AsyncLocalStorage. It costs; see `docs/guard.md`. Default false. */
  inherit?: boolean
  /** `observe`: decide and report, change nothing. Default `enforce`. */
  mode?: Mode
  /** Time, for tests (`truce/testing`). */
  clock?: Clock
  /** Randomness in [0, 1), for tests. */
  random?: Random
}

const DEPENDENCY: readonly (keyof DependencyOptions)[] = [
  'service', 'layer', 'instances', 'concurrency', 'budget', 'governor', 'breaker', 'classify', 'inherit', 'mode',
  'clock', 'random',
] // prettier-ignore
const BREAKER_NAMES: readonly (keyof BreakerOptions)[] = [
  'kind', 'failures', 'size', 'window', 'failureRate', 'openRate', 'minimumCalls', 'slowCall', 'slowRate', 'cooldown',
  'cooldownMax', 'probes', 'closeAfter', 'ramp',
] // prettier-ignore

/** Checked and normalised. */
export interface DependencySettings {
  readonly service: string
  readonly layer: string
  readonly concurrency: ConcurrencySettings | null
  readonly classifiers: readonly Classifier[]
  readonly inherit: boolean
  readonly mode: Mode
  readonly policy: DependencyPolicy
}

/** @throws OptionError naming the option, its value and what is allowed */
export function dependencySettings(dependency: string, options: DependencyOptions): DependencySettings {
  name(dependency, 'name of the dependency')
  knownOptions(options, DEPENDENCY, 'dependency')
  const service = options.service === undefined ? '' : name(options.service, 'service')
  const layer = options.layer === undefined ? service || dependency : name(options.layer, 'layer')
  const instances = wholeNumber(options.instances ?? 1, 'instances', 1)
  const inherit = flag(options.inherit ?? false, 'inherit')
  checkPorts(options)
  return Object.freeze({
    service,
    layer,
    concurrency: concurrencySettings(options.concurrency),
    classifiers: classifiers(options.classify, 'classify'),
    inherit,
    mode: oneOf(options.mode ?? 'enforce', 'mode', ['enforce', 'observe']),
    policy: new DependencyPolicy({
      budget: budget(options.budget, instances),
      governor: governor(options.governor, instances),
      breaker: breaker(options.breaker),
      slowCall:
        typeof options.breaker === 'object' && options.breaker?.slowCall !== undefined
          ? duration(options.breaker.slowCall, 'breaker.slowCall')
          : Number.POSITIVE_INFINITY,
    }),
  })
}

export function classifiers(given: Classifier | readonly Classifier[] | undefined, option: string): Classifier[] {
  const list = given === undefined ? [] : Array.isArray(given) ? [...given] : [given as Classifier]
  for (const classifier of list) {
    if (typeof classifier !== 'function') {
      throw new OptionError(option, classifier, 'a function (result, threw) => failure class, or an array of them')
    }
  }
  return list
}

function checkPorts({ clock, random }: DependencyOptions): void {
  const ticks = typeof clock?.now === 'function' && typeof clock.alarm === 'function' && Number.isFinite(clock.epoch)
  if (clock !== undefined && !ticks) {
    throw new OptionError('clock', clock, 'a Clock, such as virtualTime().clock')
  }
  if (random !== undefined && typeof random !== 'function') {
    throw new OptionError('random', random, 'a function that returns numbers in [0, 1), such as seeded(7)')
  }
}

function concurrencySettings(given: DependencyOptions['concurrency']): ConcurrencySettings | null {
  if (given === undefined || given === 'none') return null
  if (typeof given === 'number') given = { limit: given }
  knownOptions(given, ['limit', 'queue'], 'concurrency', ", a number, or 'none'")
  const limit = wholeNumber(given.limit, 'concurrency.limit', 1)
  return Object.freeze({ limit, queue: wholeNumber(given.queue ?? limit, 'concurrency.queue', 0) })
}

function budget(given: BudgetOptions | 'none' | undefined, instances: number): Budget | null {
  if (given === 'none') return null
  knownOptions(given, ['ratio', 'max', 'floor'], 'budget', ", or 'none'")
  const max = given?.max === undefined ? Number.POSITIVE_INFINITY : rate(given.max, 'budget.max')
  if (max === 0) throw new OptionError('budget.max', given?.max, 'more than 0; to make no retries, say attempts: 1')
  const ratio = share(given?.ratio ?? BUDGET.ratio, 'budget.ratio')
  if (ratio === 0)
    throw new OptionError('budget.ratio', given?.ratio, 'more than 0; to make no retries, say attempts: 1')
  return new Budget({
    ratio,
    max,
    floor: given?.floor === undefined ? 0 : rate(given.floor, 'budget.floor'),
    least: 1,
    growLeast: instances <= BUDGET.smallFleet,
  })
}

function governor(given: 'none' | undefined, instances: number): Governor | null {
  if (given !== undefined) return oneOf(given, 'governor', ['none']) && null
  return new Governor(instances <= BUDGET.smallFleet)
}

function breaker(given: BreakerOptions | 'none' | undefined): Breaker | null {
  if (given === 'none') return null
  // Unasked, it only detects the dead: everything of at least 20 calls failed.
  const rates = given === undefined ? { failureRate: 1, openRate: 1 } : {}
  const options: BreakerOptions = given === undefined ? rates : given
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
  return new Breaker(Object.freeze(settings))
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
