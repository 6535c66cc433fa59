/**
 * Hono: the dependency's side of the contract for Hono, on Node and elsewhere.
 *
 * @module
 */
export { contextOf, guarded } from './guarded.js'
export { problems } from './problems.js'
