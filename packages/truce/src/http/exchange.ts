/**
 * Exchange: the answers of one call: one is handed up, the others are read away.
 *
 * An answer that nobody reads keeps its connection. So what a retry or a hedge has made pointless is read to
 * its end where that is short, and given up where it is not.
 *
 * @module
 */
import type { Attempt } from '../guard/attempt.js'
import { abortBodyWith } from './body-abort.js'
import { drain } from './drain.js'
import type { ReadRequest } from './request.js'

export class Exchange {
  readonly #request: ReadRequest
  readonly #send: typeof globalThis.fetch
  readonly #init: RequestInit
  readonly #unread = new Map<Response, Attempt>()
  #latest: Attempt | undefined
  #drains: (() => void)[] = []
  #ended = false

  /** @param init what is sent besides the request's own */
  constructor(request: ReadRequest, send: typeof globalThis.fetch, init: RequestInit) {
    this.#request = request
    this.#send = send
    this.#init = { ...init, ...request.init }
  }

  readonly attempt = async (attempt: Attempt): Promise<Response> => {
    // Not before: if no further attempt can be made, this answer is the one to hand up.
    this.#readAway()
    this.#latest = attempt
    const send = this.#send
    const response = await send(this.#request.input, { ...this.#init, ...this.#told(attempt), signal: attempt.signal })
    // A fetch that does not obey its signal may answer when nobody waits for it any more.
    if (this.#ended || (attempt.signal.aborted && attempt !== this.#latest)) drain(response)()
    else this.#unread.set(response, attempt)
    return response
  }

  handUp(response: Response): void {
    const attempt = this.#unread.get(response)
    this.#unread.delete(response)
    const { signal } = this.#request
    if (signal && response.body && attempt) abortBodyWith(signal, response.body, attempt)
  }

  /** What nobody gets (the caller left in backoff) and what is not read yet is given up. */
  end(): void {
    this.#ended = true
    this.#readAway()
    for (const giveUp of this.#drains) giveUp()
  }

  /** The key, and what a declared peer is told, go along. */
  #told(attempt: Attempt): RequestInit {
    const told = Object.entries(attempt.headers)
    if (told.length === 0) return {}
    const headers = new Headers(this.#init.headers)
    for (const [name, value] of told) headers.set(name, value)
    return { headers }
  }

  #readAway(): void {
    if (this.#unread.size === 0) return
    for (const giveUp of this.#drains) giveUp()
    this.#drains = Array.from(this.#unread.keys(), (response) => drain(response))
    this.#unread.clear()
  }
}
