/**
 * The retry contract of a service as a document: loaded, checked, and the guards built from it.
 *
 * @module
 */
export * from './check/index.js'
export * from './checklist/index.js'
export * from './diff/index.js'
export * from './document/index.js'
export { ContractError } from './guards/contract-error.js'
export type { Gap } from './guards/gaps.js'
export { type Guards, guardsOf } from './guards/guards.js'
export type { KeyValues } from './guards/keys.js'
export { loadContract } from './guards/load-contract.js'
export type { OperationOverrides, Override } from './guards/overrides.js'
export type { AdmissionTerms, IdempotencyTerms, ServedOptions } from './guards/served.js'
export type { Surroundings } from './guards/surroundings.js'
