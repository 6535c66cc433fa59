/**
 * Nest: the dependency's side of the contract for NestJS, on Express and on Fastify.
 *
 * @module
 */
export { guarded, type NestInterceptorLike } from './guarded.js'
export { contextOf } from './platform.js'
export { problems, type ProblemsFilter } from './problems.js'
