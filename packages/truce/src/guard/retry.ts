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
import type { CallContext } from '../context/context.js'
import { inContext, inheriting } from '../context/inherit.js'
import type { BackoffOptions } from './options/operation-options.js'
import { timeLimit } from './options/latency-options.js'
import { attempts, backoff, retryOn } from './options/operation-options.js'
import { httpClassifier } from '../http/semantics/classify.js'
import type { Classifier, TransientClass } from '../policy/classify.js'
import { BASELINE } from '../policy/presets.js'
import type { RetryRules } from '../policy/retry.js'
import { context, PLAIN, signal } from './call-settings.js'
import { systemClock } from './clock.js'
import { OptionError } from './errors.js'
import { type Guarded, rejected } from './invoke.js'
import { knownOptions } from './options/check.js'
import { classifiers } from './options/dependency-options.js'
import { type Duration } from '../options/units.js'
import { RetryCall } from './retry-call.js'
import { type Process, processOf, RetryCore } from './retry-core.js'

/** What `retry()` may be told; a dependency's operation knows more. */
export interface RetryOptions {
  /** Attempts, the first included. Default 3. */
  attempts?: number | undefined
  /** Stops new attempts, never cuts a running one. Default 10 s. */
  deadline?: Duration | 'none' | undefined
  /** How long to wait before a retry; `none`: not at all. Default 100 ms × 2 up to 2 s, full jitter. */
  backoff?: BackoffOptions | 'none' | undefined
  /** Transient classes worth another attempt. Default: all. */
  retryOn?: readonly TransientClass[] | undefined
  /** What results and errors mean; asked before the built-in rules. */
  classify?: Classifier | readonly Classifier[] | undefined
  /** The caller's own abort. Its reason is what `retry()` rejects with. */
  signal?: AbortSignal | undefined
  /** The attempt in which this call is made. */
  context?: CallContext | undefined
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

/** A script may wait for a host whose name does not resolve yet (compose, Kubernetes): it is down, not misspelt. */
const CLASSIFY = /* @__PURE__ */ httpClassifier({ resolvedBefore: () => true })

/** Made with the first call, so that importing costs nothing. */
let shared: Process | undefined

function coreOf(rules: RetryRules, deadline: number, asked: readonly Classifier[]): RetryCore {
  return new RetryCore((shared ??= processOf(systemClock, Math.random)), rules, deadline, asked)
}

const RULES: RetryRules = {
  attempts: BASELINE.attempts,
  retryOn: /* @__PURE__ */ retryOn(undefined),
  backoff: BASELINE.backoff,
  repeatable: true,
  window: Number.POSITIVE_INFINITY,
  background: false,
}

let plain: RetryCore | undefined

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
  const call = callOf(fn, options)
  if (!call.ready()) return call.instead as Promise<Awaited<T>>
  // Called from here and not from deeper down: what an error costs that is thrown in there is mostly frames above it.
  let returned: unknown
  try {
    returned = inheriting() ? inContext(call, fn) : fn(call)
  } catch (error) {
    returned = rejected(error)
  }
  return call.sent(returned) as Promise<Awaited<T>>
}

function callOf(fn: Guarded<unknown>, options: RetryOptions | undefined): RetryCall {
  if (options === undefined) return new RetryCall((plain ??= coreOf(RULES, BASELINE.deadline, [CLASSIFY])), fn, PLAIN)
  const core = tuned(options)
  const own = { signal: signal(options.signal || undefined), context: context(options.context || undefined) }
  return new RetryCall(core, fn, own.signal || own.context ? { ...PLAIN, ...own } : PLAIN)
}

interface Tuned {
  readonly attempts: unknown
  readonly deadline: unknown
  readonly backoff: unknown
  readonly classify: unknown
  readonly core: RetryCore
}

/** For the options given last: most programs have one set of them, and a core costs more than a call. */
let latest: Tuned | undefined

function tuned(options: RetryOptions): RetryCore {
  knownOptions(options, NAMES, 'retry')
  const { attempts: most, deadline, backoff: waits, classify } = options
  // What is in an object or an array may be another tomorrow.
  const plainly = typeof waits !== 'object' && options.retryOn === undefined && !Array.isArray(classify)
  if (latest && plainly && latest.attempts === most && latest.deadline === deadline) {
    if (latest.backoff === waits && latest.classify === classify) return latest.core
  }
  const rules: RetryRules = {
    ...RULES,
    attempts: attempts(most, BASELINE.attempts),
    retryOn: retryOn(options.retryOn),
    backoff: backoff(waits, BASELINE.backoff),
  }
  const limit = timeLimit(deadline, BASELINE.deadline, 'deadline')
  const core = coreOf(rules, limit, [...classifiers(classify, 'classify'), CLASSIFY])
  if (plainly) latest = { attempts: most, deadline, backoff: waits, classify, core }
  return core
}
