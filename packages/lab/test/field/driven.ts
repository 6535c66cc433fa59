/**
 * A client of a model, driven by hand: one call after the other, at times that the test says.
 *
 * @module
 */
import { type CallFacts, type Decision, failure, type Failure, type FailureClass, TRANSIENT } from 'truce/policy'
import type { StrategyModel } from '../../src/scenario/model.js'
import type { Client } from '../../src/strategies/client.js'
import { FIELD } from '../../src/strategies/field/index.js'

export const CALL: CallFacts = {
  attempt: 1,
  deadline: Infinity,
  least: 10,
  waited: 0,
  aborted: false,
  owns: true,
  keyed: false,
  keyedAt: 0,
  replayable: true,
}

interface How {
  readonly settings?: Readonly<Record<string, number>>
  readonly effect?: 'read' | 'write'
  readonly attempts?: number
  readonly random?: () => number
}

/** A client of one process under the model of that name. */
export function clientOf(
  like: string,
  { settings = {}, effect = 'read', attempts, random = () => 0.5 }: How = {},
): Client {
  const model = FIELD[like]
  if (model === undefined) throw new Error(`no model ${like}`)
  const strategy: StrategyModel = {
    name: like,
    like,
    settings,
    unsafe: false,
    attempts: attempts ?? model.attempts,
    attemptTimeout: model.attemptTimeout,
    lease: 1_000,
    deadline: Infinity,
    backoff: null,
    retryOn: new Set<FailureClass>(model.retryOn ?? TRANSIENT),
    background: false,
    budget: null,
    governor: false,
    breaker: null,
    concurrency: null,
  }
  return model.make({ strategy, instances: 1, effect, random })()
}

/** What a decision says in short: the wait before a retry, or why there is none. */
export const said = (decision: Decision): number | string =>
  decision.act === 'retry' ? decision.wait : decision.act === 'stop' ? decision.stop : decision.act

/** Waits before the retries of a call that fails each time, and then why it ended. */
export function waitsOf(client: Client, failed: Failure = failure('unavailable'), now = 0): (number | string)[] {
  const waits: (number | string)[] = []
  for (let attempt = 1, waited = 0; attempt < 20; attempt++) {
    client.acquire(attempt, now, Infinity)
    client.failed(1, attempt, failed, Infinity, 10, now)
    const decision = client.decide({ ...CALL, attempt, waited }, failed, now)
    waits.push(said(decision))
    if (decision.act !== 'retry') break
    waited = decision.wait
  }
  return waits
}

/** So many calls whose original succeeds. */
export function succeed(client: Client, times: number, now = 0): void {
  for (let call = 0; call < times; call++) client.succeeded(client.acquire(1, now, Infinity), 1, 0, 10, now)
}

/** So many calls whose original fails; how many of them were given a retry, which is never made. */
export function retriesAfter(
  client: Client,
  failures: number,
  failed: Failure = failure('unavailable'),
  now = 0,
): number {
  let granted = 0
  for (let call = 0; call < failures; call++) {
    client.failed(client.acquire(1, now, Infinity), 1, failed, Infinity, 10, now)
    if (client.decide(CALL, failed, now).act === 'retry') granted++
  }
  return granted
}
