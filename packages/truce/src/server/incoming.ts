/**
 * Incoming and answer: what of a request and of its answer Truce needs, whatever the framework calls it.
 *
 * A feature written for one framework is written again for the next, and differs. So features know these two
 * shapes only; an adapter fills them in, and reads nothing that no feature asks for: making a `Request` of
 * what Node hands over costs more than all of Truce.
 *
 * @module
 */

/** A request, as an adapter shows it. */
export interface Incoming {
  readonly method: string
  /** Path and query, as received. */
  readonly url: string
  /** A field by its name in lower case; several of one name are joined by `, `. */
  header(name: string): string | undefined
  /**
   * What the request is about: the parsed body where the framework has parsed it, else its bytes; `null` where
   * there is none.
   *
   * @param limit bytes beyond which it is not read
   * @throws BodyTooLargeError
   */
  payload(limit: number): unknown
  /** The framework's own request. */
  readonly raw: unknown
}

/** One field; its name in lower case. */
export type AnswerHeader = readonly [name: string, value: string]

/** Several fields of one name stand one after the other. */
export type AnswerHeaders = readonly AnswerHeader[]

/** An answer in whole. */
export interface Answer {
  readonly status: number
  readonly headers: AnswerHeaders
  /** Empty where there is none; `undefined`: too long to be held. */
  readonly body: Uint8Array | undefined
}
