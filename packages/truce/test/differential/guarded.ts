/**
 * Guarded: a script run through the guard, under virtual time.
 *
 * @module
 */
import {
  type Attempt,
  type BreakerOptions,
  dependency,
  type DependencyOptions,
  type Operation,
  type OperationOptions,
  type Outcome,
} from '../../src/index.js'
import { events } from '../../src/telemetry/index.js'
import { virtualTime } from '../../src/testing/index.js'
import type { CallScript, OperationScript, Script } from './script.js'
import { ARRIVAL, enact, instant, LEAVING, places, type Step, unasked } from './step.js'
import { type AttemptEnd, type AttemptTrace, type CallEnd, countedRandom, type Standing, type Trace } from './trace.js'

export async function guarded(script: Script): Promise<Trace> {
  const time = virtualTime()
  const { clock } = time
  const { random, draws } = countedRandom(script.seed)
  const inventory = dependency('differential', {
    clock,
    random,
    classify: [unasked, places],
    ...dependencyOptions(script),
  })
  const operations = script.operations.map((settings, at) => inventory.operation(`${at}`, operationOptions(settings)))

  const standing = (): Standing => {
    const { budgetRemaining, breakerState, governorLevel } = inventory.state()
    return { at: time.now(), draws: draws(), budget: budgetRemaining, breaker: breakerState, level: governorLevel }
  }
  const traces: AttemptTrace[] = []
  const byId = new Map<string, AttemptTrace>()
  const off = events.on('attempt', ({ call, attempt, cause, waited, ms, outcome, timeout, stop }) => {
    const trace = byId.get(`${call}#${attempt}`)
    // 'end': the call ended between attempts.
    if (trace && cause !== 'end') trace.end = { cause, waited, ms, outcome, timeout, stop } as AttemptEnd
  })

  const at = (ms: number) => new Promise<void>((resolve) => void clock.alarm(ms - time.now(), resolve))
  const answer = async (context: Attempt, call: CallScript, index: number): Promise<unknown> => {
    const { attempt } = context
    const trace: AttemptTrace = { ...standing(), call: index, attempt, end: undefined }
    traces.push(trace)
    byId.set(context.id, trace)
    const step = call.steps.at(attempt - 1) as Step
    if (step.ends === 'hang') await aborted(context.signal)
    else if (step.after > 0) await at(instant(time.now() + step.after, index, attempt))
    return enact(step)
  }
  const run = (call: CallScript, index: number) =>
    new Promise<CallEnd>((resolve, reject) => {
      clock.alarm(instant(call.arrives, index, ARRIVAL), () => {
        const caller = new AbortController()
        if (call.leaves < Number.POSITIVE_INFINITY) {
          const leaves = instant(call.arrives + call.leaves, index, LEAVING)
          clock.alarm(leaves - time.now(), () => caller.abort(new Error('the caller left')))
        }
        const operation = operations.at(call.operation) as Operation
        operation
          .outcome((context) => answer(context, call, index), runOptions(call, index, caller.signal))
          .then((outcome) => resolve(endOf(outcome)), reject)
      })
    })
  try {
    const calls = await time.run(() => Promise.all(script.calls.map(run)))
    return { attempts: traces, calls, final: standing() }
  } finally {
    off()
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

function endOf({ ok, stop, class: verdict, attempts, waited, explanation }: Outcome<unknown>): CallEnd {
  const { certainty, elapsed = Number.NaN, retryAt } = explanation
  return { ok, stop, class: verdict, certainty, attempts, waited, elapsed, retryAt }
}

function runOptions({ keyed, age, replayable, deadline, leaves }: CallScript, index: number, signal: AbortSignal) {
  return {
    ...(keyed && { key: `call-${index}`, age }),
    replayable,
    deadline,
    ...(leaves < Number.POSITIVE_INFINITY && { signal }),
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
