/**
 * One HTTP attempt with its whole answer: the body is read before the answer counts, because an answer cut
 * in the middle is a failed attempt, and an unread body keeps its connection.
 *
 * @module
 */
export async function ask(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init)
  const body = await answer.arrayBuffer()
  return new Response(body, { status: answer.status, headers: answer.headers })
}

/** The requests of the order service; whoever sends them adds signal and headers. */
export const requests = {
  availability: (inventory: string, sku: string) => ({ url: `${inventory}/availability/${sku}`, method: 'GET' }),
  reserve: (inventory: string, order: { id: string; sku: string; quantity: number }) =>
    post(`${inventory}/reservations`, { order: order.id, line: 1, sku: order.sku, quantity: order.quantity }),
  fulfil: (warehouse: string, id: string) => post(`${warehouse}/fulfilments`, { order: id }),
  fulfilment: (warehouse: string, id: string) => ({ url: `${warehouse}/fulfilments/${id}`, method: 'GET' }),
  event: (warehouse: string, id: string, kind: string) => post(`${warehouse}/events`, { order: id, kind }),
}

/** What the warehouse knows of an order, asked by `fulfilment`. */
export type FulfilmentState = 'fulfilled' | 'at work' | 'none'

export interface Ask {
  readonly url: string
  readonly method: string
  readonly body?: string
}

const post = (url: string, body: object): Ask => ({ url, method: 'POST', body: JSON.stringify(body) })

/** Sends one of them, once. */
export function send(request: Ask, order: string, signal: AbortSignal, headers: Record<string, string> = {}) {
  const { url, ...init } = request
  return ask(url, {
    ...init,
    signal,
    headers: {
      ...headers,
      'x-order-id': order,
      'x-client-id': 'order',
      ...(init.body !== undefined && { 'content-type': 'application/json' }),
    },
  })
}

/**
 * The inventory's own refusal: nothing is reserved, nor will be by an earlier attempt still under way, for its
 * stock only falls. Any other failed answer, another 409 included, leaves open what earlier attempts did.
 */
export async function soldOut(answer: Response | undefined): Promise<boolean> {
  if (answer?.status !== 409) return false
  const said = (await answer.json().catch(() => undefined)) as { readonly error?: unknown } | null | undefined
  return said?.error === 'sold out'
}
