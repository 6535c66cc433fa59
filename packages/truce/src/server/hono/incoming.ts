/**
 * Hono incoming: a request of Hono, as Truce looks at it.
 *
 * On Node a `Headers`, a `Request` and its signal are made only when somebody reads them, and each costs more than
 * all of Truce; so there its own objects are asked first.
 *
 * @module
 */
import type { Incoming } from '../incoming.js'
import { readWebBody } from '../web-body.js'

/** What of Hono's context is needed. */
export interface HonoContextLike {
  readonly env: unknown
  readonly req: {
    readonly raw: Request
    readonly method: string
    readonly url: string
    arrayBuffer(): Promise<ArrayBuffer>
  }
  get res(): Response
  set res(response: Response | undefined)
  readonly error: Error | undefined
}

/** What @hono/node-server hands on. */
export interface NodeBindings {
  readonly incoming?: { readonly headers: Readonly<Record<string, string | readonly string[] | undefined>> }
  readonly outgoing?: {
    readonly writableFinished: boolean
    readonly closed: boolean
    on(event: 'close', listener: () => void): unknown
    setHeader?(name: string, value: string): unknown
  }
}

export class HonoIncoming implements Incoming {
  readonly raw: HonoContextLike
  constructor(context: HonoContextLike) {
    this.raw = context
  }

  get method(): string {
    return this.raw.req.method
  }

  get url(): string {
    const { url } = this.raw.req
    const path = url.indexOf('/', url.indexOf('://') + 3)
    return path < 0 ? '/' : url.slice(path)
  }

  header(name: string): string | undefined {
    const incoming = (this.raw.env as NodeBindings | undefined)?.incoming
    if (incoming === undefined) return this.raw.req.raw.headers.get(name) ?? undefined
    const value = incoming.headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }

  async payload(limit: number): Promise<unknown> {
    const { raw } = this.raw.req
    const length = this.header('content-length')
    if (raw.bodyUsed || (length !== undefined && Number(length) <= limit)) {
      // Kept by Hono: the handler reads it again as what it likes.
      const body = await this.raw.req.arrayBuffer()
      return body.byteLength === 0 ? null : new Uint8Array(body)
    }
    return readWebBody(raw, limit)
  }
}
