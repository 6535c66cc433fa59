/**
 * HTTP idempotency: a repeated request takes effect once, and is answered as it was the first time.
 *
 * @see draft-ietf-httpapi-idempotency-key-header-07
 * @module
 */
import type { WorkOf } from '../../idempotency/work.js'
import type { Mode } from '../../policy/idempotency/record.js'
import type { KeyedFeature } from '../feature.js'
import type { RequestContext } from '../request-context.js'
import { KeyedRoute } from './route.js'
import { checkRules, type HttpIdempotencyOptions, type HttpIdempotencyRules, keyedSettings } from './settings.js'
import { workIn } from './work.js'

/** Of a service: `service(name, { idempotency })`. */
export interface HttpIdempotency<Transaction = never> extends KeyedFeature<HttpIdempotencyRules> {
  /**
   * What a handler may use that runs under a key: `transaction` or `step`, fence, signal, by the mode of its operation.
   *
   * @throws OptionError in a handler of another mode, and where the request came without a key
   * @example
   * const { transaction } = keyed.workOf(context, 'transaction')
   */
  workOf<M extends Mode>(context: RequestContext, mode: M): WorkOf<Transaction>[M]
}

/**
 * Makes what a service needs to take idempotency keys.
 *
 * @throws OptionError naming the option, its value and what is allowed
 * @example
 * const keyed = httpIdempotency({ engine, tenant: (incoming) => accountOf(incoming.header('authorization')) })
 * const orders = service('orders', { idempotency: keyed })
 * const create = orders.operation('create', { effect: 'write', idempotency: { key: 'required', mode: 'transaction' } })
 */
export function httpIdempotency<Transaction = never>(
  options: HttpIdempotencyOptions<Transaction>,
): HttpIdempotency<Transaction> {
  const settings = keyedSettings(options)
  return {
    operation: (operation, effect, rules) =>
      new KeyedRoute(settings, operation, checkRules(operation, effect, rules, settings.engine)),
    workOf: <M extends Mode>(context: RequestContext, mode: M) => workIn(context, mode) as WorkOf<Transaction>[M],
  }
}
