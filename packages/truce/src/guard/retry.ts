/**
 * retry(): the one-liner to start with.
 *
 * The baseline preset around any function, nothing to declare: no attempt is cut, there is no
 * breaker and no governor. What it shares with everything else in the process is one budget, full at
 * the start: a script that waits for its database gets its attempts, a service in an outage does not
 * triple the load.
 *
 * @module
 */
import type { BackoffOptions } from './options/operation-options.js'
import { attempts, backoff, retryOn, timeLimit } from './options/operation-options.js'
import { httpClassifier } from '../http/semantics/classify.js'
import { Budget, BUDGET } from '../policy/budget.js'
import type { Classifier, TransientClass } from '../policy/classify.js'
import { DependencyPolicy } from '../policy/dependency.js'
import { PRESETS } from '../policy/presets.js'
import { Quantile } from '../policy/quantile.js'
import { countersOf } from '../telemetry/counters.js'
import { Call } from './call.js'
import { systemClock } from './clock.js'
import type { Core } from './core.js'
import { OptionError } from './errors.js'
import type { Guarded } from './invoke.js'
import { knownOptions } from './options/check.js'
import { classifiers } from './options/dependency-options.js'
import { type Duration } from './options/units.js'
import { callSettings, type RunOptions } from './run-options.js'
import { wheelOf } from './wheel.js'

export interface RetryOptions {
  /** Attempts, the first included. Default 3. */
  attempts?: number
  /** Stops new attempts, never cuts a running one. Default 10 s. */
  deadline?: Duration | 'none'
  /** Default 100 ms × 2 up to 2 s, full jitter. */
  backoff?: BackoffOptions | 'none'
  /** Transient classes worth another attempt. Default: all. */
  retryOn?: readonly TransientClass[]
  /** What results and errors mean; asked before the built-in rules. */
  classify?: Classifier | readonly Classifier[]
  /** The caller's own abort. */
  signal?: AbortSignal
  /** The attempt in which this call is made. */
  context?: RunOptions['context']
}

const NAMES: readonly (keyof RetryOptions)[] = [
  'attempts',
  'deadline',
  'backoff',
  'retryOn',
  'classify',
  'signal',
  'context',
]

const baseline = PRESETS.baseline

/** A script may wait for a host whose name does not resolve yet (compose, Kubernetes): it is down, not misspelt. */
const CLASSIFY = /* @__PURE__ */ httpClassifier({ resolvedBefore: () => true })

let plain: Core | undefined

/** Made with the first call, so that importing costs nothing. */
function plainCore(): Core {
  return (plain ??= {
    service: '',
    layer: 'retry',
    dependency: 'retry',
    operation: 'retry',
    effect: 'read',
    policy: new DependencyPolicy({
      breaker: null,
      governor: null,
      budget: new Budget({
        ratio: BUDGET.ratio,
        max: Number.POSITIVE_INFINITY,
        floor: 0,
        least: BUDGET.capacityMax,
        growLeast: false,
      }),
      slowCall: Number.POSITIVE_INFINITY,
    }),
    rules: {
      attempts: baseline.attempts,
      retryOn: retryOn(undefined),
      backoff: baseline.backoff,
      repeatable: true,
      window: Number.POSITIVE_INFINITY,
      background: false,
    },
    attemptTimeout: Number.POSITIVE_INFINITY,
    deadline: baseline.deadline,
    lease: Number.POSITIVE_INFINITY,
    deadlineCuts: false,
    owner: undefined,
    // A retry() inside a retry() is a layer below it, not a call beside it.
    eachItsOwn: true,
    bulkhead: null,
    waitingRoom: null,
    classifiers: [CLASSIFY],
    clock: systemClock,
    wheel: wheelOf(systemClock),
    random: Math.random,
    counters: countersOf('', 'retry', 'retry', 'read'),
    latency: new Quantile(0.5),
    breakerChanged() {},
    breakerMoved() {},
    roomReturned() {},
  })
}

/**
 * Calls `fn`, and again while it fails for a reason that may pass.
 *
 * @returns what `fn` gives in the end; rejects with what it threw last, the same object
 * @throws OptionError at once for options that are wrong
 * @example
 * const rows = await retry(() => db.query('select 1'), { attempts: 10, deadline: '30s' })
 */
export function retry<T>(fn: Guarded<T>, options?: RetryOptions): Promise<Awaited<T>> {
  if (typeof fn !== 'function') throw new OptionError('fn', fn, 'a function (attempt) => result or promise')
  const core = options === undefined ? plainCore() : tuned(options)
  const settings =
    options?.signal || options?.context
      ? callSettings(
          { ...(options.signal && { signal: options.signal }), ...(options.context && { context: options.context }) },
          core.rules,
        )
      : callSettings(undefined, core.rules)
  return new Call(core, fn, settings).run() as Promise<Awaited<T>>
}

function tuned(options: RetryOptions): Core {
  knownOptions(options, NAMES, 'retry')
  const core = plainCore()
  return {
    ...core,
    rules: {
      ...core.rules,
      attempts: attempts(options.attempts, baseline.attempts),
      retryOn: retryOn(options.retryOn),
      backoff: backoff(options.backoff, baseline.backoff),
    },
    deadline: timeLimit(options.deadline, baseline.deadline, 'deadline'),
    classifiers: [...classifiers(options.classify, 'classify'), CLASSIFY],
  }
}
