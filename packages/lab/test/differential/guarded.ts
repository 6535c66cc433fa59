/**
 * Guarded: the same script through the guard, under virtual time.
 *
 * @module
 */
import { type Attempt, dependency, type DependencyOptions, type OperationOptions } from 'truce'
import { peer } from 'truce/peer'
import { virtualTime } from 'truce/testing'
import { type Ending, HINT, instant, PLACE, type Script } from './script.js'
import { type AttemptTrace, type CallEnd, countedRandom, type Trace } from './trace.js'

export async function guarded(script: Script): Promise<Trace> {
  const time = virtualTime({ maxAlarms: 1_000_000 })
  const { clock } = time
  const { random, draws } = countedRandom(script.seed)
  const { use, attempts, attemptTimeout, deadline, backoff, budget, governor, breaker, concurrency } = script.strategy
  const called = dependency('scripted', {
    clock,
    random,
    peer,
    instances: script.instances,
    ...({ budget, governor, breaker, concurrency } as DependencyOptions),
  })
  const operation = called.operation('call', {
    ...({ use, attempts, attemptTimeout, deadline, backoff } as OperationOptions),
    effect: script.effect,
    ...(script.keyed && { idempotency: {} }),
  })
  const traces: AttemptTrace[] = []
  const at = (ms: number) => new Promise<void>((resolve) => void clock.alarm(ms - time.now(), resolve))
  const answer = async ({ attempt, signal }: Attempt, call: number): Promise<unknown> => {
    const now = time.now()
    traces.push({ call, attempt, at: now, draws: draws() })
    const { ends, after } = script.calls[call]?.steps[attempt - 1] ?? { ends: 'ok', after: 5 }
    if (ends === 'hang') await aborted(signal)
    else await at(instant(now + after, call, attempt))
    return enact(ends)
  }
  const run = (call: number, arrives: number) =>
    new Promise<CallEnd>((resolve, reject) => {
      clock.alarm(instant(arrives, call, 0), () => {
        const options = script.keyed ? { key: `call-${call}` } : {}
        const end = operation.outcome((attempt) => answer(attempt, call), options)
        end.then(({ stop, attempts: made }) => resolve({ stop, attempts: made, at: time.now() }), reject)
      })
    })
  const calls = await time.run(() => Promise.all(script.calls.map(({ arrives }, call) => run(call, arrives))))
  return { attempts: traces, calls, draws: draws() }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

/** What a client really gives or throws: the guard's classifiers are compared too. */
function enact(ends: Ending): unknown {
  switch (ends) {
    case 'ok':
    case 'hang':
      return 'ok'
    case '503':
    case '500':
    case '404':
      return new Response(null, { status: Number(ends) })
    case '429-hint':
      return new Response(null, { status: 429, headers: { 'retry-after': String(HINT) } })
    case 'slot':
    case 'slot-host':
      return new Response(null, { status: 503, headers: { 'retry-pushback': refusal(ends) } })
    case 'refused':
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
}

function refusal(ends: 'slot' | 'slot-host'): string {
  const scope = ends === 'slot' ? 'service' : 'host'
  return peer.writePushback({ slot: PLACE, applied: false, reason: 'overloaded', scope, load: 1.5 })
}
