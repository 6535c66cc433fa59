/**
 * Framework: what a framework has to do for the conformance suite, and what the suite asks of its handlers.
 *
 * @module
 */
import type { RequestContext, ServedOperation } from 'truce/server'

/** How a handler answers. Several chunks: as a stream. */
export interface Answering {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
}

/** What a handler of the suite does, whatever the framework. */
export type Scene = (context: RequestContext, body: () => Promise<string>) => Answering | Promise<Answering>

export interface Running {
  readonly url: string
  close(): Promise<void>
}

export interface Framework {
  readonly name: string
  /** A server that answers every path and method by the scene, behind the operation. */
  start(operation: ServedOperation, scene: Scene): Promise<Running>
  /** It parses bodies before anything of Truce can run. */
  readonly parsesFirst?: boolean
  /** What a key is bound to is the parsed body, of JSON at least. */
  readonly parses?: boolean
  /** Status with which it answers a handler's unknown errors. */
  readonly unknownError: number
  /** `false`: its answer to a handler's unknown error passes nothing of Truce. */
  readonly saysKeys?: boolean
  /** `false`: errors that Truce has no answer to do not pass it, so a key cannot answer them. */
  readonly answersUnknown?: boolean
}

/** The text of a body that the framework has parsed. */
export function parsedText(body: unknown): string {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Buffer.from(body).toString('latin1')
  return body === undefined || body === null ? '' : JSON.stringify(body)
}
