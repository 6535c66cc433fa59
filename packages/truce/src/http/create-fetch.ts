/**
 * createFetch: a guarded drop-in for `fetch`.
 *
 * Safe methods are reads. All others are writes: after an attempt whose effect is unknown they are
 * repeated only where the request carries the caller's `Idempotency-Key`. A key made up here would
 * be a new one for every call and protect nobody, so none is made.
 *
 * @module
 */
import type { Attempt } from '../guard/attempt.js'
import type { Dependency } from '../guard/dependency.js'
import { OptionError } from '../guard/errors.js'
import type { Operation } from '../guard/operation.js'
import { knownOptions } from '../guard/options/check.js'
import { type OperationOptions, operationSettings } from '../guard/options/operation-options.js'
import { abortBodyWith } from './body-abort.js'
import { drain } from './drain.js'
import { type ReadRequest, readRequest } from './request.js'

export interface FetchOptions extends Omit<OperationOptions, 'effect'> {
  /** What is called; its budget, breaker and limits hold for all requests made here. */
  dependency: Dependency
  /** The fetch that sends. Default: the global one. */
  fetch?: typeof globalThis.fetch
  /** Name of the operation, for records and metrics: keep them few. Default: the method. */
  operation?: (method: string, url: string) => string
  /** Methods beyond the safe ones that may be repeated without a key, such as `PUT` of the whole. Default: none. */
  natural?: readonly string[]
}

const NAMES: readonly (keyof FetchOptions)[] = [
  'dependency', 'fetch', 'operation', 'natural', 'use', 'attempts', 'attemptTimeout', 'deadline', 'backoff', 'retryOn',
  'risk', 'idempotency', 'owner', 'classify', 'mode',
] // prettier-ignore

/** RFC 9110, 9.2.1. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * A `fetch` that retries within the contract of its dependency. The last answer is returned as it
 * came, failure or not; `explain(response)` says why no further attempt was made. Rejects with what
 * fetch rejected with last, or with Truce's own error where an attempt timed out or nothing was sent.
 *
 * @throws OptionError at once for options that are wrong
 * @example
 * const inventoryFetch = createFetch({ dependency: inventory, use: 'interactive' })
 * const response = await inventoryFetch(url, { method: 'POST', body, headers: { 'Idempotency-Key': key } })
 */
export function createFetch(options: FetchOptions): typeof globalThis.fetch {
  const operationOf = operationsOf(options)
  const { fetch } = options

  return async function guardedFetch(input, init) {
    const request = readRequest(input, init)
    const exchange = new Exchange(request, fetch ?? globalThis.fetch)
    try {
      const response = await operationOf(request.method, request.url).run(exchange.attempt, {
        ...(request.key !== undefined && { key: request.key }),
        ...(request.signal && { signal: request.signal }),
        replayable: request.replayable,
      })
      exchange.handUp(response)
      return response
    } finally {
      exchange.end()
    }
  }
}

/** The answers of one call: one is handed up, the others are read away. */
class Exchange {
  readonly #request: ReadRequest
  readonly #send: typeof globalThis.fetch
  #unread: Response | undefined
  #latest: Attempt | undefined
  #giveUp: (() => void) | undefined
  #ended = false

  constructor(request: ReadRequest, send: typeof globalThis.fetch) {
    this.#request = request
    this.#send = send
  }

  readonly attempt = async (attempt: Attempt): Promise<Response> => {
    // Not before: if no further attempt can be made, this answer is the one to hand up.
    this.#readAway()
    this.#latest = attempt
    const send = this.#send
    const response = await send(this.#request.input, { ...this.#request.init, signal: attempt.signal })
    // A fetch that does not obey its signal may answer when nobody waits for it any more.
    if (this.#ended || attempt !== this.#latest) drain(response)()
    else this.#unread = response
    return response
  }

  handUp(response: Response): void {
    this.#unread = undefined
    const { signal } = this.#request
    if (signal && response.body && this.#latest) abortBodyWith(signal, response.body, this.#latest)
  }

  /** What nobody gets (the caller left in backoff) and what is not read yet is given up. */
  end(): void {
    this.#ended = true
    this.#readAway()
    this.#giveUp?.()
  }

  #readAway(): void {
    if (!this.#unread) return
    this.#giveUp?.()
    this.#giveUp = drain(this.#unread)
    this.#unread = undefined
  }
}

/** Operations of one fetch under names of their own; further ones share a name (and so the metrics stay readable). */
const OPERATIONS_MAX = 500
const OTHER = '(other)'

/** Checks the options. @returns the operation for a method and a URL, made when first asked for */
function operationsOf(options: FetchOptions): (method: string, url: string) => Operation {
  knownOptions(options ?? null, NAMES, 'createFetch')
  const { dependency, fetch, operation: nameOf = (method: string) => method, natural = [], ...rest } = options
  if (typeof dependency?.operation !== 'function') {
    throw new OptionError('dependency', dependency, "a dependency, such as dependency('inventory')")
  }
  if (fetch !== undefined && typeof fetch !== 'function') throw new OptionError('fetch', fetch, 'a fetch function')
  if (typeof nameOf !== 'function') {
    throw new OptionError('operation', nameOf, 'a function (method, url) => name of the operation')
  }
  if (!Array.isArray(natural) || !natural.every((method) => typeof method === 'string')) {
    throw new OptionError('natural', natural, "an array of methods, such as ['PUT']")
  }
  // Wrong options show now, not with the first request.
  operationSettings('GET', { ...rest, effect: 'read' })

  const naturals = new Set(natural.map((method: string) => method.toUpperCase()))
  const operations = new Map<string, Operation>()
  const operationOf = (method: string, name: string): Operation => {
    const id = `${method} ${name}`
    let operation = operations.get(id)
    // Names made from the URL would keep an operation for every URL that was ever asked for.
    if (!operation && operations.size >= OPERATIONS_MAX && name !== OTHER) return operationOf(method, OTHER)
    if (!operation) {
      const effect = SAFE.has(method) ? 'read' : 'write'
      const harmless = naturals.has(method) ? { idempotency: 'natural' as const } : {}
      operations.set(id, (operation = dependency.operation(name, { ...rest, ...harmless, effect })))
    }
    return operation
  }
  return (method, url) => operationOf(method, nameOf(method, url))
}
