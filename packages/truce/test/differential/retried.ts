/**
 * Retried: a script run through the calls of `retry()`, under virtual time.
 *
 * `retry()` itself keeps the system's time, so that its calls are made here as it makes them.
 *
 * @module
 */
import { PLAIN } from '../../src/guard/call-settings.js'
import { RetryCall } from '../../src/guard/retry-call.js'
import { processOf, RetryCore } from '../../src/guard/retry-core.js'
import { httpClassifier } from '../../src/http/semantics/classify.js'
import { type Attempt, explain } from '../../src/index.js'
import { type FailureClass, type RetryRules, TRANSIENT } from '../../src/policy/index.js'
import { virtualTime } from '../../src/testing/index.js'
import { played } from './played.js'
import type { OperationScript, Script } from './script.js'
import { unasked } from './step.js'
import { type CallEnd, countedRandom, type Standing, type Trace } from './trace.js'

const classify = httpClassifier({ resolvedBefore: () => true })

/** All but `waited`, which `retry()` tells nobody. */
export async function retried(script: Script): Promise<Trace> {
  const time = virtualTime()
  const { random, draws } = countedRandom(script.seed)
  const process = processOf(time.clock, random)
  const cores = script.operations.map((settings) => {
    return new RetryCore(process, rulesOf(settings), settings.deadline, [unasked, classify])
  })
  const standing = (): Standing => ({
    at: time.now(),
    draws: draws(),
    budget: undefined,
    breaker: 'closed',
    level: undefined,
  })
  return played(script, time, standing, async ({ operation }, _index, fn, signal) => {
    const began = time.now()
    const call = new RetryCall(cores.at(operation) as RetryCore, fn, signal ? { ...PLAIN, signal } : PLAIN)
    let attempts = 0
    const counting = (attempt: Attempt) => {
      attempts++
      return fn(attempt)
    }
    Object.assign(call, { fn: counting })
    try {
      const value = await (call.ready() ? call.sent(counting(call)) : call.instead)
      if (explain(value) === undefined) return succeeded(attempts, time.now() - began)
      return endOf(value)
    } catch (error) {
      return endOf(error)
    }
  })
}

function endOf(result: unknown): CallEnd {
  const { stop, class: verdict, certainty, attempts, elapsed = Number.NaN, retryAt } = explain(result) ?? {}
  return { ok: false, stop, class: verdict, certainty, attempts, elapsed, retryAt, waited: 0 } as CallEnd
}

function succeeded(attempts: number, elapsed: number): CallEnd {
  const certainty = 'applied'
  return { ok: true, stop: 'ok', class: undefined, certainty, attempts, elapsed, retryAt: undefined, waited: 0 }
}

function rulesOf({ attempts, backoff, retryOn }: OperationScript): RetryRules {
  const classes = new Set<FailureClass>(retryOn ?? TRANSIENT)
  return { attempts, retryOn: classes, backoff, repeatable: true, window: Infinity, background: false }
}
