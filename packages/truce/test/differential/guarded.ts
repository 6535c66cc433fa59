/**
 * Guarded: a script run through the guard, under virtual time.
 *
 * @module
 */
import {
  type BreakerOptions,
  dependency,
  type DependencyOptions,
  type Operation,
  type OperationOptions,
  type Outcome,
} from '../../src/index.js'
import { virtualTime } from '../../src/testing/index.js'
import { played } from './played.js'
import type { CallScript, OperationScript, Script } from './script.js'
import { unasked } from './step.js'
import { type CallEnd, countedRandom, type Standing, type Trace } from './trace.js'

export async function guarded(script: Script): Promise<Trace> {
  const time = virtualTime()
  const { clock } = time
  const { random, draws } = countedRandom(script.seed)
  const inventory = dependency('differential', { clock, random, classify: unasked, ...dependencyOptions(script) })
  const operations = script.operations.map((settings, at) => inventory.operation(`${at}`, operationOptions(settings)))

  const standing = (): Standing => {
    const { budgetRemaining, breakerState, governorLevel } = inventory.state()
    return { at: time.now(), draws: draws(), budget: budgetRemaining, breaker: breakerState, level: governorLevel }
  }
  return played(script, time, standing, async (call, index, fn, signal) => {
    const operation = operations.at(call.operation) as Operation
    return endOf(await operation.outcome(fn, runOptions(call, index, signal)))
  })
}

function endOf({ ok, stop, class: verdict, attempts, waited, explanation }: Outcome<unknown>): CallEnd {
  const { certainty, elapsed = Number.NaN, retryAt } = explanation
  return { ok, stop, class: verdict, certainty, attempts, waited, elapsed, retryAt }
}

function runOptions({ keyed, age, replayable, deadline }: CallScript, index: number, signal?: AbortSignal) {
  return {
    ...(keyed && { key: `call-${index}`, age }),
    replayable,
    deadline,
    signal,
  }
}

function operationOptions(settings: OperationScript): OperationOptions {
  const { effect, risk, attempts, attemptTimeout, deadline, backoff, retryOn, honoured, window, owned } = settings
  return {
    effect,
    risk,
    attempts,
    attemptTimeout,
    deadline,
    backoff: backoff ?? 'none',
    ...(retryOn && { retryOn }),
    ...(honoured && { idempotency: window < Number.POSITIVE_INFINITY ? { window } : {} }),
    ...(owned && { owner: 'a-layer-elsewhere' }),
  }
}

function dependencyOptions({ instances, budget, governor, breaker, slowCall }: Script): DependencyOptions {
  return {
    instances,
    budget: budget
      ? { ratio: budget.ratio, floor: budget.floor, ...(budget.max < Number.POSITIVE_INFINITY && { max: budget.max }) }
      : 'none',
    ...(!governor && { governor: 'none' }),
    breaker: breaker ? breakerOptions(breaker, slowCall) : 'none',
  }
}

function breakerOptions({ rule, lease: _fixed, ...settings }: NonNullable<Script['breaker']>, slowCall: number) {
  if (rule.kind === 'consecutive') return { ...settings, ...rule }
  const { size, window, ...rates } = rule
  const slow = slowCall < Number.POSITIVE_INFINITY ? { slowCall } : {}
  return { ...settings, ...rates, ...slow, ...(rule.kind === 'count' ? { size } : { window }) } satisfies BreakerOptions
}
