/**
 * Keyed feature: the port to whatever makes a repeated request take effect once.
 *
 * A handler of a framework answers by itself, when it likes. So the run of a key is told in two halves: `begin`
 * says whether the handler has to run at all, `end` takes what it answered and says what to send.
 *
 * @module
 */
import type { PeerPushback } from '../context/peer-port.js'
import type { Answer, AnswerHeaders, Incoming } from './incoming.js'
import type { RequestContext } from './request-context.js'

/** Of a service: `httpIdempotency()` of `truce/server/idempotency`. */
export interface KeyedFeature<Rules = unknown> {
  /**
   * @param name  with the service's: two services may have an operation of one name, and share a store
   * @param rules of one operation
   * @throws OptionError for rules that are wrong
   */
  operation(name: string, effect: 'read' | 'write', rules: Rules): KeyedOperation
}

/** What of an operation its keys do. */
export interface KeyedOperation {
  /**
   * Reads the key. Sets `key` and `keyAge` of the context.
   *
   * @returns an answer where the request is refused for its key; nothing where it carries none and needs none
   */
  receive(incoming: Incoming, context: RequestContext): KeyedRun | Answer | undefined
}

/** One request under a key. */
export interface KeyedRun {
  /** Bytes of an answer's body that are held at most; of a longer one `end` is given no body. */
  readonly largest: number
  /**
   * Claims the key. Sets `work` of the context where the handler has to run. Never rejects.
   *
   * @returns the answer to send without running the handler; nothing where it has to run
   */
  begin(): Promise<Answer | undefined>
  /**
   * The handler has answered. Never rejects.
   *
   * @returns the answer to send, once what became of it is recorded; of one that was too long to be held: `undefined`
   *   as its body where it may be passed on, or the answer that counts instead
   */
  end(answer: Answer): Promise<Answer>
  /** The handler threw. @returns the answer to send; nothing where the error is for the framework to answer */
  threw(error: unknown): Promise<Answer | undefined>
  /**
   * What to answer where the run has ended and the handler has not: its time was up, or another has the key. `end` and
   * `threw` are told of the handler all the same. Set by `begin` where the handler has to run; never rejects.
   */
  readonly gaveUp?: Promise<Answer> | undefined
  /** What every answer says besides, whoever makes it. */
  readonly headers: AnswerHeaders
  /** Was the answer that of an earlier run? */
  readonly replayed: boolean
  /** What a caller that is known is told besides the answer. */
  readonly pushback?: PeerPushback | undefined
}
