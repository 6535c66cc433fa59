/**
 * Options of a dependency: what all its operations share.
 *
 * @module
 */
import type { PeerPort } from '../../context/peer-port.js'
import { BUDGET } from '../../policy/budget.js'
import type { Classifier } from '../../policy/classify.js'
import type { ConcurrencySettings } from '../../policy/concurrency.js'
import { DependencyPolicy } from '../../policy/dependency.js'
import { Governor } from '../../policy/governor.js'
import { Hold } from '../../policy/hold.js'
import { PARTITIONS } from '../../policy/partitions.js'
import type { Random } from '../../policy/random.js'
import { ietf } from '../../profiles/ietf.js'
import type { Profile } from '../../profiles/profile.js'
import type { Clock } from '../clock.js'
import { OptionError } from '../errors.js'
import { type BreakerOptions, breakerMaker, slowCall } from './breaker-options.js'
import { budget, type BudgetOptions } from './budget-options.js'
import { flag, knownOptions, name, oneOf, wholeNumber } from './check.js'
import { profileOf } from './idempotency-options.js'
import { OF_DEPENDENCY } from './names.js'

/** `enforce`: refuse, cut and repeat. `observe`: call once as if unguarded, and report what would have been done. */
export type Mode = 'enforce' | 'observe'

/** What a partition is named by. */
export type PartitionBy = 'host' | 'tenant' | 'shard'

/** A concurrency limit that is learned: lower while attempts queue at the other side, higher while they do not. */
export interface AdaptiveConcurrency {
  /** Learned from how long answers take. */
  limit: 'adaptive'
  /** Never fewer attempts at once. Default 1. */
  min?: number | undefined
  /** Never more attempts at once. Default 1,000. */
  max?: number | undefined
  /** Attempts at once to begin with. Default 20, within the bounds. */
  initial?: number | undefined
  /** Calls that may wait for a slot; beyond them they are refused. Default: `initial`. */
  queue?: number | undefined
}

/** What all operations of a dependency share. All of it may be left out. */
export interface DependencyOptions {
  /** The service that calls, for records and metrics. */
  service?: string | undefined
  /** Name of this layer of retries; default: the service, else the dependency's name. */
  layer?: string | undefined
  /** How many processes run this; beyond ten, what each may always spend shrinks. Default 1. */
  instances?: number | undefined
  /**
   * Attempts at once: a number (as many again may wait), limit and queue, or `'adaptive'`: learned from how
   * long answers take. Default: no limit.
   */
  concurrency?: number | { limit: number; queue?: number } | 'adaptive' | AdaptiveConcurrency | 'none' | undefined
  /** How much extra traffic retries may make. `none`: as much as they like. Default: retries ÷ originals ≤ 0.5. */
  budget?: BudgetOptions | 'none' | undefined
  /** `none`: nothing is shed where attempts time out. Default: retries first, then originals, by one level. */
  governor?: 'none' | undefined
  /** Without it: a detector of dead dependencies (all of ≥ 20 calls in 10 s failed). */
  breaker?: BreakerOptions | 'none' | undefined
  /** It falls apart in parts that fail by themselves: calls say which one they mean (`run(fn, { partition })`). */
  partition?: PartitionBy | { by: PartitionBy; max?: number } | undefined
  /** It speaks Truce's headers: `peer` of `truce/peer`. Default: it is told nothing and believed nothing. */
  peer?: PeerPort | undefined
  /** What its API does with idempotency keys, of `truce/profiles`. Default: `ietf` of a peer, else it honours none. */
  profile?: Profile | undefined
  /** What results and errors mean; asked before the built-in rules, first to answer wins. */
  classify?: Classifier | readonly Classifier[] | undefined
  /** Let calls know the attempt they run in by AsyncLocalStorage. It costs; see `docs/guard.md`. Default false. */
  inherit?: boolean | undefined
  /** `observe`: decide and report, change nothing. Default `enforce`. */
  mode?: Mode | undefined
  /** Time, for tests: `virtualTime().clock` of `truce/testing`. Default: the system's. */
  clock?: Clock | undefined
  /** Randomness in [0, 1), for tests: `seeded(7)` of `truce/testing`. Default: `Math.random`. */
  random?: Random | undefined
}

const DEPENDENCY: readonly (keyof DependencyOptions)[] = OF_DEPENDENCY

/** Checked and normalised. */
export interface DependencySettings {
  readonly service: string
  readonly layer: string
  readonly concurrency: Concurrency | null
  readonly classifiers: readonly Classifier[]
  readonly inherit: boolean
  readonly mode: Mode
  readonly peer: PeerPort | undefined
  readonly profile: Profile | undefined
  /** Most partitions known at once; `undefined` where it has none. */
  readonly partitions: number | undefined
  readonly partitionedBy: PartitionBy | undefined
  /** The policies of one partition: a budget for all, breaker and governor of its own. */
  policy(): DependencyPolicy
  /** An operation of so many attempts uses the budget. */
  admit(attempts: number): void
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
  checkName(peer(options.peer), service, 'service')
  const makeGovernor = governorMaker(options.governor, instances)
  const shared = budget(options.budget, instances, options.governor === undefined)
  const makeBreaker = breakerMaker(options.breaker)
  const slow = slowCall(options.breaker)
  const hold = new Hold()
  const most = partitions(options.partition)
  const partitionedBy = typeof options.partition === 'object' ? options.partition.by : options.partition
  const isHost = partitionedBy === 'host'
  return Object.freeze({
    service,
    layer,
    concurrency: concurrencySettings(options.concurrency),
    classifiers: classifiers(options.classify, 'classify'),
    inherit,
    mode: oneOf(options.mode ?? 'enforce', 'mode', ['enforce', 'observe']),
    peer: peer(options.peer),
    profile: profileOf(options.profile, 'profile') ?? (options.peer && ietf),
    partitions: most,
    partitionedBy,
    policy: () =>
      new DependencyPolicy({
        budget: shared,
        governor: makeGovernor(),
        breaker: makeBreaker(),
        slowCall: slow,
        hold,
        isHost,
      }),
    admit: (attempts: number) => shared?.admit(attempts),
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

function concurrencySettings(given: DependencyOptions['concurrency']): Concurrency | null {
  if (given === undefined || given === 'none') return null
  if (given === 'adaptive') return adaptive({ limit: given })
  if (typeof given === 'object' && given?.limit === 'adaptive') return adaptive(given)
  const fixed = typeof given === 'number' ? { limit: given } : given
  knownOptions(fixed, ['limit', 'queue'], 'concurrency', ", a number, 'adaptive', or 'none'")
  const limit = wholeNumber(fixed.limit, 'concurrency.limit', 1)
  return { limit, queue: wholeNumber(fixed.queue ?? limit, 'concurrency.queue', 0), adaptive: undefined }
}

function adaptive(given: AdaptiveConcurrency): Concurrency {
  knownOptions(given, ['limit', 'queue', 'min', 'max', 'initial'], 'concurrency', ", a number, 'adaptive', or 'none'")
  const min = wholeNumber(given.min ?? 1, 'concurrency.min', 1)
  const max = wholeNumber(given.max ?? Math.max(min, 1_000), 'concurrency.max', 1)
  if (max < min) throw new OptionError('concurrency.max', given.max, `at least concurrency.min (${min})`)
  const initial = wholeNumber(given.initial ?? Math.min(max, Math.max(min, 20)), 'concurrency.initial', 1)
  if (initial < min || initial > max) throw new OptionError('concurrency.initial', initial, `from ${min} to ${max}`)
  return {
    limit: initial,
    queue: wholeNumber(given.queue ?? initial, 'concurrency.queue', 0),
    adaptive: { min, max, initial },
  }
}

/** A fixed limit, or where a learned one begins. */
export interface Concurrency extends ConcurrencySettings {
  readonly adaptive: { readonly min: number; readonly max: number; readonly initial: number } | undefined
}

function governorMaker(given: 'none' | undefined, instances: number): () => Governor | null {
  if (given !== undefined) oneOf(given, 'governor', ['none'])
  return () => (given === undefined ? new Governor(instances <= BUDGET.smallFleet) : null)
}

/** A name that the peer's fields cannot carry would be left out, and nobody would see why. */
export function checkName(port: PeerPort | undefined, given: string, option: string): void {
  if (port === undefined || given === '' || port.carries(given)) return
  throw new OptionError(option, given, 'with a peer, 1 to 255 bytes of UTF-8 without control characters')
}

function peer(given: PeerPort | undefined): PeerPort | undefined {
  if (
    given === undefined ||
    (typeof given?.write === 'function' &&
      typeof given.classifier === 'function' &&
      typeof given.carries === 'function')
  )
    return given
  throw new OptionError('peer', given, "the peer of 'truce/peer' (which needs the package structured-headers)")
}

function partitions(given: DependencyOptions['partition']): number | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'object') knownOptions(given, ['by', 'max'], 'partition', ", 'host', 'tenant' or 'shard'")
  const { by, max = PARTITIONS.max } = typeof given === 'object' ? given : { by: given }
  oneOf(by, 'partition', ['host', 'tenant', 'shard'])
  return wholeNumber(max, 'partition.max', 1)
}
