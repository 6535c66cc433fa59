/**
 * Failing answer: an HTTP answer that a caller's function returned instead of throwing.
 *
 * `fetch` returns a provider's 500 as it returns a 200: taken for a value it would be logged as sent, or as
 * found.
 *
 * @module
 */
import { classifyHttp } from '../http/semantics/classify.js'

/** @returns the value @throws Error with the answer's `status`, and itself as `cause`, where it is a failing one */
export function noFailingAnswer<Value>(value: Value, operation: string, by: string): Value {
  const verdict = classifyHttp(value, false)
  if (verdict === 'ok' || verdict === undefined) return value
  const { status, statusCode = status } = value as { readonly status?: unknown; readonly statusCode?: unknown }
  const message = `${operation}: ${by} was answered ${String(statusCode)}`
  throw Object.assign(new Error(message, { cause: value }), { status: statusCode })
}
