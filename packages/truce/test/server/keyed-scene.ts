/**
 * Keyed scene: one operation that takes keys, behind `handle()`, on an engine and a store in virtual time.
 *
 * @module
 */
import { peer } from 'truce/peer'
import { handle, service, type WebHandler } from 'truce/server'
import { httpIdempotency, type HttpIdempotencyOptions, type HttpIdempotencyRules } from 'truce/server/idempotency'
import { ordersOn } from '../idempotency/faulty-store.js'

export const DERIVED = { key: 'required', mode: 'derived-key' } as const
export const ONCE = { key: 'required', mode: 'at-most-once' } as const

export interface Asking {
  readonly key?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function keyedOn(
  rules: HttpIdempotencyRules,
  options: Partial<HttpIdempotencyOptions> = {},
  engine: Parameters<typeof ordersOn>[0] = {},
) {
  const scene = ordersOn({ wait: 0, ...engine })
  const errors: unknown[] = []
  const keyed = httpIdempotency({
    engine: scene.orders,
    tenant: () => 'acme',
    onError: (error) => errors.push(error),
    ...options,
  })
  const shop = service('shop', { idempotency: keyed, clock: scene.time.clock, peer, peers: 'all' })
  const create = shop.operation('create', { effect: 'write', idempotency: rules })
  const request = ({ key = 'order-1', body = '{"sku":"tea"}', headers = {} }: Asking = {}) =>
    new Request('http://shop.example/orders', {
      method: 'POST',
      headers: { 'idempotency-key': key, 'content-type': 'application/json', ...headers },
      body,
    })
  return {
    ...scene,
    keyed,
    create,
    /** What was told to `onError`. */
    errors,
    request,
    /** Not waited for: the test moves the time. */
    send: (handler: WebHandler, asking?: Asking) => handle(create, handler)(request(asking)),
    /** With as much time as it takes. */
    ask: (handler: WebHandler, asking?: Asking) => scene.time.run(handle(create, handler)(request(asking))),
  }
}

export async function problemOf(response: Response): Promise<{ status: number; type: string; retryIn?: number }> {
  const body = (await response.json()) as { type: string; retryIn?: number }
  return { ...body, status: response.status, type: body.type.replace('urn:truce:problem:', '') }
}
