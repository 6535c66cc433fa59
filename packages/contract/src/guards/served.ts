/**
 * Served: what a document says of the operations that its service offers, in the words of `truce/server` and
 * `truce/idempotency`.
 *
 * @module
 */
import type { Contract, Effect, Served } from '../document/model.js'
import { nearest } from '../document/nearest.js'
import { ContractError } from './contract-error.js'

/** For `service(…).operation(name, …)` of `truce/server`: spread it there. Times are ms. */
export interface ServedOptions {
  readonly effect: Effect
  /** Left out: it works until its caller gives up. */
  readonly deadline?: number
  /** Left out: somebody waits for it. */
  readonly urgency?: 'background'
  /** Left out: it admits as many retries as there is room for. */
  readonly retries?: { readonly share: number }
}

/** For `admission(…)` of `truce/server`. What the document does not say is learned. */
export interface AdmissionTerms {
  /** How many requests at once are enough for what it promises to serve: a start for the limit that is learned. */
  readonly limit?: { readonly initial: number }
  /** The longest that a first attempt waits for its turn, ms. */
  readonly wait?: number
}

/** For `truce/idempotency` and its use over HTTP. */
export interface IdempotencyTerms {
  /** How long keys are remembered, ms: for `idempotency({ store, ttl })`; `undefined`: the document does not say. */
  readonly ttl: number | undefined
  /** For `idempotency` of the operation, with the mode that code chooses: `{ ...rules, mode: 'derived-key' }`. */
  readonly rules: { readonly key: 'required' | 'optional'; readonly fields?: readonly string[] }
}

/** @throws ContractError for a name that the document does not serve, with the nearest */
export function servedNamed(contract: Contract, name: string): Served {
  const served = contract.serves.get(name)
  if (served !== undefined) return served
  throw new ContractError(unknown(contract, `serves no operation "${name}"`, name, contract.serves.keys()))
}

export function servedOptions({ effect, deadline, urgency, retriesShare }: Served): ServedOptions {
  return Object.freeze({
    effect,
    ...(deadline !== Number.POSITIVE_INFINITY && { deadline }),
    ...(urgency === 'background' && { urgency }),
    ...(retriesShare !== undefined && { retries: Object.freeze({ share: retriesShare }) }),
  })
}

/** ms: longer than half of the usual attempt timeout no first attempt waits. */
const LONGEST_WAIT = 400
/** In 99th percentiles: who waits longer than that does not take it for the same service. */
const WAIT_IN_P99S = 2

/**
 * All operations share what a process can do, so there is one admission.
 *
 * @param instances that serve what the document promises together
 * @see J. Little, "A proof for the queuing formula L = λW" (1961)
 */
export function admissionTerms(serves: Iterable<Served>, instances: number): AdmissionTerms {
  const known: number[] = []
  const p99s: number[] = []
  for (const { capacity, rate, latency } of serves) {
    const perSecond = capacity ?? rate
    if (perSecond !== undefined && latency.p50 !== undefined) known.push((perSecond * latency.p50) / 1_000)
    if (latency.p99 !== undefined) p99s.push(latency.p99)
  }
  const atOnce = known.reduce((sum, one) => sum + one, 0) / instances
  return Object.freeze({
    ...(known.length > 0 && { limit: Object.freeze({ initial: clamp(Math.ceil(atOnce)) }) }),
    ...(p99s.length > 0 && { wait: Math.min(LONGEST_WAIT, WAIT_IN_P99S * Math.max(...p99s)) }),
  })
}

/** Between the bounds that a learned limit has. */
const clamp = (limit: number): number => Math.min(1_000, Math.max(1, limit))

/** @returns `undefined` where it takes no keys, or repeating is harmless */
export function idempotencyTerms({ idempotency: of }: Served): IdempotencyTerms | undefined {
  if (of?.kind !== 'key') return undefined
  return Object.freeze({ ttl: of.ttl, rules: Object.freeze({ key: of.key, ...(of.fields && { fields: of.fields }) }) })
}

/** `order-api (truce.yaml) WHAT; did you mean …?`. */
export function unknown(contract: Contract, what: string, name: string, known: Iterable<string>): string {
  const names = [...known]
  const guess = nearest(name, names)
  const there = names.length === 0 ? 'there is none' : `there are ${names.slice(0, 20).join(', ')}`
  return `${contract.service} (${contract.file}) ${what}; ${guess === undefined ? there : `did you mean ${guess}?`}`
}
