/**
 * Idempotency over HTTP, the server's side: a repeated request takes effect once.
 *
 * @module
 */
export { httpIdempotency, type HttpIdempotency } from './http-idempotency.js'
export { openApi, type OpenApiFragment, type OpenApiResponse } from './openapi.js'
export type { FoundOut, HttpIdempotencyOptions, HttpIdempotencyRules } from './settings.js'
export { keyStatus, statusRoute } from './status.js'
