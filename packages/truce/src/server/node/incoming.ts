/**
 * Node incoming: a request of node:http, or of a framework on it, as Truce looks at it.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { OptionError } from '../../guard/errors.js'
import { BodyTooLargeError } from '../errors.js'
import type { Incoming } from '../incoming.js'
import { readAhead } from './read-ahead.js'

/** What body parsers leave at a request. */
interface Parsed {
  readonly body?: unknown
  readonly rawBody?: unknown
  /** Before routers cut their own path off. */
  readonly originalUrl?: string
}

export class NodeIncoming implements Incoming {
  readonly raw: Parsed
  readonly #message: IncomingMessage

  /** @param raw the framework's request, which is the message itself for many */
  constructor(raw: object, message: IncomingMessage) {
    this.raw = raw
    this.#message = message
  }

  get method(): string {
    return this.#message.method ?? 'GET'
  }

  get url(): string {
    const url = this.raw.originalUrl ?? this.#message.url ?? '/'
    // A proxy may ask in absolute form (RFC 9112, section 3.2.2): it is the same request.
    return url.startsWith('/') ? url : url.replace(ORIGIN, '').replace(/^(?!\/)/, '/')
  }

  header(name: string): string | undefined {
    const value = this.#message.headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }

  payload(limit: number): unknown {
    const message = this.#message
    if (!hasBody(message)) return null
    const { rawBody, body } = this.raw
    const parsed = rawBody ?? body
    if (parsed !== undefined && (message.readableDidRead || !isPlaceholder(parsed))) {
      if (lengthOf(parsed, message) > limit) throw new BodyTooLargeError(limit)
      return parsed
    }
    if (message.readableDidRead) {
      throw new OptionError('body', undefined, 'kept as request.body or request.rawBody where it is read before Truce')
    }
    return readAhead(message, limit)
  }
}

const ORIGIN = /^https?:\/\/[^/?#]*/i

/** Express 4's parsers leave `{}` where they did not read: taken for the body, any two of them would be one request. */
function isPlaceholder(parsed: unknown): boolean {
  return typeof parsed === 'object' && parsed !== null && JSON.stringify(parsed) === '{}'
}

/** Bytes of a body that was parsed, as far as is known: of a chunked one that is an object by now, its parser's limit holds. */
function lengthOf(parsed: unknown, { headers }: IncomingMessage): number {
  if (typeof parsed === 'string') return Buffer.byteLength(parsed)
  return parsed instanceof Uint8Array ? parsed.length : Number(headers['content-length'] ?? 0)
}

/** RFC 9112, section 6.3. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
