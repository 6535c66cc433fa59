/**
 * Shop: a service that takes keys, as the rules of the draft need it, whatever framework it stands on.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type IdempotencyOptions, type IdempotencyStore, idempotency, notApplied } from 'truce/idempotency'
import { type RequestContext, type ServedOperation, service } from 'truce/server'
import { httpIdempotency, keyStatus } from 'truce/server/idempotency'

/** What a handler of the shop is given, and gives: each framework's bridge says it in its own words. */
export interface ShopRequest {
  readonly context: RequestContext
  /** The body, as the handler reads it. */
  readonly text: string
}

export interface ShopAnswer {
  readonly status: number
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** Chunks are written one by one. */
  readonly body?: string | Uint8Array | readonly Uint8Array[]
}

export interface ShopRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly operation: ServedOperation
  readonly handler: (request: ShopRequest) => Promise<ShopAnswer>
}

/** Puts the routes on servers of the loopback, which end with the test. @returns where a path is served */
export type Serve = (routes: readonly ShopRoute[]) => Promise<(path: string) => string | Promise<string>>

export interface Shop {
  readonly routes: readonly ShopRoute[]
  /** How often a handler ran. */
  readonly runs: number
  /** Handlers whose body says `hold` wait until then. */
  readonly release: () => void
  /** Ends when the next handler has begun. */
  readonly begun: () => Promise<void>
  /** Ends when nothing is under way any more. */
  readonly idle: () => Promise<void>
}

/** Longest body that it reads, bytes. */
export const MAX_BODY = 64 * 1_024
/** Longest answer that it keeps, bytes. */
export const MAX_KEPT = 16 * 1_024
/** s. */
export const TTL = 86_400

export function shopOn<Transaction>(
  store: IdempotencyStore<Transaction>,
  options: Partial<IdempotencyOptions<Transaction>> = {},
): Shop {
  const engine = idempotency({ store, ttl: `${TTL}s`, wait: 0, largestResult: MAX_KEPT, ...options })
  const keyed = httpIdempotency({
    engine,
    tenant: (incoming) => incoming.header('x-account'),
    maxBody: MAX_BODY,
    describedBy: 'https://shop.example/keys',
  })
  const orders = service('shop', { idempotency: keyed })
  const write = { effect: 'write' } as const
  const create = orders.operation('create', { ...write, idempotency: { key: 'required', mode: 'derived-key' } })
  const recalled = orders.operation('recalled', {
    ...write,
    idempotency: { key: 'required', mode: 'derived-key', recall: () => Response.json({ recalled: true }) },
  })
  const once = orders.operation('once', { ...write, idempotency: { key: 'required', mode: 'at-most-once' } })
  const patient = orders.operation('patient', {
    ...write,
    idempotency: { key: 'optional', mode: 'derived-key', fields: ['sku'], wait: '2s' },
  })
  const status = orders.operation('status', { effect: 'read' })
  let runs = 0
  let release = (): void => undefined
  let held = new Promise<void>((resolve) => (release = resolve))
  let waiting: (() => void)[] = []

  async function handler({ context, text }: ShopRequest): Promise<ShopAnswer> {
    const id = ++runs
    for (const each of waiting) each()
    waiting = []
    if (text.includes('hold')) await held
    if (text.includes('throw')) throw new Error('the shop broke')
    return answerTo(text, id, context)
  }

  const post = (path: string, operation: ServedOperation): ShopRoute => ({ method: 'POST', path, operation, handler })
  return {
    routes: [
      post('/orders', create),
      post('/recalled', recalled),
      post('/once', once),
      post('/patient', patient),
      {
        method: 'GET',
        path: '/status',
        operation: status,
        async handler({ context }) {
          const { body = new Uint8Array(0), ...answer } = await keyStatus(create, context.incoming)
          return { ...answer, body }
        },
      },
    ],
    get runs() {
      return runs
    },
    release() {
      release()
      held = Promise.resolve()
    },
    begun: () => new Promise((resolve) => waiting.push(resolve)),
    idle: () => engine.idle(),
  }
}

/** What the body asks for. */
function answerTo(text: string, id: number, context: RequestContext): ShopAnswer {
  if (text.includes('nothing')) return { status: 204 }
  if (text.includes('place')) return { status: 201, headers: [['location', `/orders/${id}`]] }
  if (text.includes('refuse')) return json(404, { refused: id })
  if (text.includes('fail')) return json(500, { failed: id })
  if (text.includes('busy')) {
    notApplied(context)
    return json(503, { busy: id })
  }
  if (text.includes('picture'))
    return { status: 200, headers: [['content-type', 'image/png']], body: Buffer.from([0x89, 0, 0xff, id]) }
  if (text.includes('stream')) return streamOf(Number(/stream (\d+)/.exec(text)?.[1]), id)
  const { status, headers = [], body = '' } = json(201, { order: id, line: context.key && context.derive('line') })
  return { status, headers: [...headers, ...OWN, ['location', `/orders/${id}`], ['etag', `"${id}"`]], body }
}

/** Of the first request alone. */
const OWN = [
  ['set-cookie', 'session=first'],
  ['set-cookie', 'second=first'],
  ['x-trace', randomUUID()],
] as const

function json(status: number, body: unknown): ShopAnswer {
  return { status, headers: [['content-type', 'application/json']], body: JSON.stringify(body) }
}

function streamOf(length: number, id: number): ShopAnswer {
  const chunks: Uint8Array[] = []
  for (let left = length; left > 0; left -= 1_000) chunks.push(Buffer.alloc(Math.min(left, 1_000), `${id % 10}`))
  return {
    status: 200,
    headers: [
      ['content-type', 'text/plain'],
      ['location', `/orders/${id}`],
    ],
    body: chunks,
  }
}
