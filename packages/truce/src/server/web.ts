/**
 * Web: a handler of the web's standard, `Request` to `Response`, behind a served operation.
 *
 * For whatever speaks it: Hono, Next.js, Deno, Bun, edge workers; adapters for these are made of it.
 *
 * @module
 */
import type { KeyedRun } from './feature.js'
import type { Answer, AnswerHeaders, Incoming } from './incoming.js'
import type { ServedOperation } from './operation.js'
import { problemResponse } from './problem.js'
import type { RequestContext } from './request-context.js'
import type { Visit } from './visit.js'
import { readWebBody } from './web-body.js'
import { held, isWhole, type Long } from './web-answer.js'

/** Answers a request; `context` is for guards inside. What it throws becomes a problem, where Truce knows it. */
export type WebHandler<Rest extends readonly unknown[] = [], Of extends Request = Request> = (
  request: Of,
  context: RequestContext,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * Makes a `Request` → `Response` handler of a route, behind its operation.
 *
 * @returns rejects with what the handler threw and no problem says
 * @example
 * export default { fetch: handle(reserve, async (request, context) => Response.json(await stock.reserve({ context }))) }
 */
export function handle<Rest extends readonly unknown[] = [], Of extends Request = Request>(
  operation: ServedOperation,
  handler: WebHandler<Rest, Of>,
): (request: Of, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const visit = operation.receive(new WebIncoming(request))
    if (visit.refusal) return sent(visit, visit.refusal.answer)
    listen(visit, request)
    const refused = visit.turn && (await whenItsTurn(visit, visit.turn))
    if (refused) return refused
    const { context, keyed } = visit
    const answer = (): Response | Promise<Response> => handler(request, context, ...rest)
    return keyed ? underKey(visit, keyed, answer) : plainly(visit, answer)
  }
}

/**
 * Listens to a request's signal once anybody wants to hear of it: to make the signal, and to listen, costs five times
 * what all else does. After its answer a visit hears nothing any more.
 */
export function listen(visit: Visit, request: { readonly signal?: AbortSignal | undefined }): void {
  visit.context.whenWatched = () => {
    const { signal } = request
    if (signal?.aborted) visit.left()
    else signal?.addEventListener('abort', () => visit.left(), { once: true })
  }
}

/** @returns the answer where it may not go on */
export async function whenItsTurn(visit: Visit, turn: NonNullable<Visit['turn']>): Promise<Response | undefined> {
  visit.context.watch()
  const refused = await turn
  return refused && sent(visit, refused.answer)
}

async function plainly(visit: Visit, handler: () => Response | Promise<Response>): Promise<Response> {
  try {
    const response = await visit.run(handler)
    return ended(visit, response)
  } catch (error) {
    return failed(visit, error)
  }
}

/** @returns rejects with what the handler threw, where neither the key nor a problem answers it */
export async function underKey(
  visit: Visit,
  keyed: KeyedRun,
  handler: () => Response | Promise<Response>,
): Promise<Response> {
  const early = await visit.begin(keyed)
  if (early) return sent(visit, early)
  const going = finished(visit, keyed, handler)
  if (keyed.gaveUp === undefined) return going
  // What is thrown too late was told to the key.
  going.catch(() => {})
  return Promise.race([going, keyed.gaveUp.then((answer) => sent(visit, answer))])
}

async function finished(visit: Visit, keyed: KeyedRun, handler: () => Response | Promise<Response>): Promise<Response> {
  try {
    const answer = await held(await visit.run(handler), keyed.largest)
    return isWhole(answer) ? sent(visit, await keyed.end(answer)) : passedOn(visit, keyed, answer)
  } catch (error) {
    const answer = await keyed.threw(error)
    return answer ? sent(visit, answer) : failed(visit, error)
  }
}

/** Too long to be held: its last bytes wait until it is recorded that it was done. */
function passedOn(visit: Visit, keyed: KeyedRun, long: Long): Response {
  const { status } = long.head
  const response = long.passedOn({
    gaveUp: keyed.gaveUp,
    async whole() {
      const recorded = await keyed.end({ ...long.head, body: undefined })
      visit.ended(status)
      return recorded.status === status && recorded.body === undefined
    },
    async broken(error) {
      await keyed.threw(error)
      visit.ended(500)
    },
  })
  return withHeaders(response, visit.headers(status))
}

/** @throws the error, where no problem says it */
function failed(visit: Visit, error: unknown): Response {
  const response = problemResponse(error)
  if (response) return ended(visit, response)
  visit.ended(500)
  throw error
}

/** An answer of Truce's own. */
export function sent(visit: Visit, answer: Answer): Response {
  return ended(visit, responseOf(answer))
}

/** The visit is over; peers are told what there is to tell. */
export function ended(visit: Visit, response: Response): Response {
  const { status } = response
  const headers = visit.headers(status)
  visit.ended(status)
  return withHeaders(response, headers)
}

/** Statuses whose answers have no body; `Response` refuses one. */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 205, 304])

export function responseOf({ status, headers, body }: Answer): Response {
  const fields = new Headers()
  for (const [name, value] of headers) fields.append(name, value)
  const bytes = body === undefined || body.length === 0 || BODILESS.has(status) ? null : new Uint8Array(body)
  return new Response(bytes, { status, headers: fields })
}

/** Headers of a fetched answer cannot be changed: then a new one is made around its body. */
export function withHeaders(response: Response, headers: AnswerHeaders): Response {
  if (headers.length === 0) return response
  try {
    for (const [name, value] of headers) response.headers.set(name, value)
    return response
  } catch {
    const { status, statusText, body } = response
    const copy = new Response(body, { status, statusText, headers: response.headers })
    for (const [name, value] of headers) copy.headers.set(name, value)
    return copy
  }
}

/** A `Request`, as Truce looks at it. Its body is read from a copy: the handler's own stays unread. */
export class WebIncoming implements Incoming {
  readonly raw: Request
  constructor(request: Request) {
    this.raw = request
  }

  get method(): string {
    return this.raw.method
  }

  get url(): string {
    const { url } = this.raw
    const path = url.indexOf('/', url.indexOf('://') + 3)
    return path < 0 ? '/' : url.slice(path)
  }

  header(name: string): string | undefined {
    return this.raw.headers.get(name) ?? undefined
  }

  payload(limit: number): Promise<unknown> {
    return readWebBody(this.raw, limit)
  }
}
