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
  /** What a key is bound to is the parsed body. */
  readonly parses?: boolean
  /** It answers a handler's unknown errors by itself, with this status; otherwise it breaks the connection. */
  readonly unknownError?: number
  /** `false`: errors that Truce has no answer to do not pass it, so a key cannot answer them. */
  readonly answersUnknown?: boolean
}
