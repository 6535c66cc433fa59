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

export function servedOptions({ effect, deadline }: Served): ServedOptions {
  return Object.freeze({ effect, ...(deadline !== Number.POSITIVE_INFINITY && { deadline }) })
}

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
