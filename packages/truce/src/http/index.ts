/**
 * HTTP: guarded fetch, and what HTTP's failures mean.
 *
 * @module
 */
export { createFetch, type Dispatcher, type FetchOptions } from './create-fetch.js'
export * from './semantics/index.js'
