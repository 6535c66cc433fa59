/**
 * createFetch: a guarded drop-in for `fetch`.
 *
 * Safe methods are reads. All others are writes: after an attempt whose effect is unknown they are
 * repeated only where the request carries a key and the dependency is known to honour it. Of a request
 * without one that comes twice nobody knows that it is the same, so keys are made only where that was
 * asked for (`idempotency: { key: 'new' }`): such a key protects the attempts of one call.
 *
 * @module
 */
import type { Dependency } from '../guard/dependency.js'
import { OptionError } from '../guard/errors.js'
import type { Operation } from '../guard/operation.js'
import { neededOptions } from '../guard/options/check.js'
import { type OperationOptions, operationSettings } from '../guard/options/operation-options.js'
import type { Profile } from '../profiles/profile.js'
import { Exchange } from './exchange.js'
import { readRequest } from './request.js'
import { requestKey } from './request-key.js'

/** What of an undici Agent, Pool or ProxyAgent matters here: its fetch knows the rest. */
export interface Dispatcher {
  dispatch(...args: never[]): unknown
}

/** What a guarded fetch calls and how; besides these all options of an operation but `effect`, which the method says. */
export interface FetchOptions extends Omit<OperationOptions<Response>, 'effect'> {
  /** What is called; its budget, breaker and limits hold for all requests made here. */
  dependency: Dependency
  /** The fetch that sends. Default: the global one. */
  fetch?: typeof globalThis.fetch | undefined
  /** An undici dispatcher for every attempt, such as `agent()` of `truce/undici`; one in `init` goes before it. Node only. */
  dispatcher?: Dispatcher | undefined
  /** Name of the operation, for records and metrics: keep them few. Default: the method. */
  operation?: ((method: string, url: string) => string) | undefined
  /** Methods beyond the safe ones that may be repeated without a key, such as `PUT` of the whole. Default: none. */
  natural?: readonly string[] | undefined
  /** Which part of a partitioned dependency a request goes to. Default: its host, where that is what partitions are. */
  partition?: ((method: string, url: string) => string) | undefined
}

const NAMES: readonly (keyof FetchOptions)[] = [
  'dependency', 'fetch', 'dispatcher', 'operation', 'natural', 'partition', 'use', 'attempts', 'attemptTimeout',
  'deadline', 'backoff', 'retryOn', 'risk', 'idempotency', 'owner', 'immediate', 'hedge', 'exhausted', 'fallback',
  'degradeWhen', 'idle', 'classify', 'mode',
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
 * const inventoryFetch = createFetch({ dependency: inventory, use: 'interactive', idempotency: { window: '24h' } })
 * const response = await inventoryFetch(url, { method: 'POST', body, headers: { 'Idempotency-Key': key } })
 */
export function createFetch(options: FetchOptions): typeof globalThis.fetch {
  const operationOf = operationsOf(options)
  const { dispatcher } = options
  // Not of RequestInit, but of the fetch that knows dispatchers.
  const init = (dispatcher ? { dispatcher } : {}) as RequestInit
  const partitionOf = partitions(options)
  const keyOf = requestKey(profileOf(options))

  return async function guardedFetch(input, given) {
    const request = readRequest(input, given, keyOf)
    const { method, url, key, signal, replayable } = request
    const exchange = new Exchange(request, options.fetch ?? globalThis.fetch, init)
    try {
      const response = await operationOf(method, url).run(exchange.attempt, {
        ...(key !== undefined && { key }),
        ...(signal && { signal }),
        ...(partitionOf && { partition: partitionOf(method, url) }),
        replayable,
      })
      exchange.handUp(response)
      return response
    } finally {
      exchange.end()
    }
  }
}

/** Operations of one fetch under names of their own; further ones share a name (and so the metrics stay readable). */
const OPERATIONS_MAX = 500
const OTHER = '(other)'

/** Checks the options. @returns the operation for a method and a URL, made when first asked for */
function operationsOf(options: FetchOptions): (method: string, url: string) => Operation<Response> {
  noConnectTimeout(options)
  neededOptions(options, NAMES, 'createFetch')
  const {
    dependency,
    fetch,
    dispatcher,
    operation: nameOf = (method: string) => method,
    natural = [],
    partition: _partition,
    ...rest
  } = options
  if (typeof dependency?.operation !== 'function') {
    throw new OptionError('dependency', dependency, "a dependency, such as dependency('inventory')")
  }
  if (fetch !== undefined && typeof fetch !== 'function') throw new OptionError('fetch', fetch, 'a fetch function')
  if (dispatcher !== undefined && typeof dispatcher?.dispatch !== 'function') {
    throw new OptionError('dispatcher', dispatcher, "an undici dispatcher, such as agent({ connectTimeout: '200ms' })")
  }
  if (typeof nameOf !== 'function') {
    throw new OptionError('operation', nameOf, 'a function (method, url) => name of the operation')
  }
  if (!Array.isArray(natural) || !natural.every((method) => typeof method === 'string')) {
    throw new OptionError('natural', natural, "an array of methods, such as ['PUT']")
  }
  if (typeof rest.exhausted === 'object') {
    const instead =
      "'fail' or 'fallback': an answer that can be read only once cannot be kept; cache what run() returns"
    throw new OptionError('exhausted', rest.exhausted, instead)
  }
  // Wrong options show now, not with the first request.
  operationSettings('GET', { ...rest, effect: 'read' }, dependency.profile)
  noKeyInBody(options)

  const naturals = new Set(natural.map((method: string) => method.toUpperCase()))
  const operations = new Map<string, Operation<Response>>()
  const operationOf = (method: string, name: string): Operation<Response> => {
    const id = `${method} ${name}`
    let operation = operations.get(id)
    // Names made from the URL would keep an operation for every URL that was ever asked for.
    if (!operation && operations.size >= OPERATIONS_MAX && name !== OTHER) return operationOf(method, OTHER)
    if (!operation) {
      const effect = SAFE.has(method) ? 'read' : 'write'
      const harmless = naturals.has(method) ? { idempotency: 'natural' as const } : {}
      operations.set(id, (operation = dependency.operation(name, { ...ofEffect(rest, effect), ...harmless, effect })))
    }
    return operation
  }
  return (method, url) => operationOf(method, nameOf(method, url))
}

/** What the API does with keys. */
function profileOf({ idempotency, dependency }: FetchOptions): Profile | undefined {
  return (typeof idempotency === 'object' ? idempotency.profile : undefined) ?? dependency.profile
}

/** What is sent is the caller's: a key that is made cannot be put into it. */
function noKeyInBody(options: FetchOptions): void {
  const { idempotency } = options
  const profile = profileOf(options)
  if (typeof idempotency !== 'object' || idempotency.key === undefined || profile?.field === undefined) return
  const instead = `nothing here: ${profile.name} wants the key in the body; put attempt.key there in run()`
  throw new OptionError('idempotency.key', idempotency.key, instead)
}

/** Nothing stands in for a write of high risk. */
function ofEffect<O extends Partial<OperationOptions<Response>>>(options: O, effect: 'read' | 'write'): O {
  if (effect === 'read' || options.risk === 'low') return options
  const { fallback: _fallback, exhausted: _exhausted, degradeWhen: _degradeWhen, ...rest } = options
  return rest as O
}

/** @returns the partition of a request; nothing where the dependency has none */
function partitions({ dependency, partition }: FetchOptions): FetchOptions['partition'] {
  const { partitionedBy } = dependency
  if (partition !== undefined && (typeof partition !== 'function' || partitionedBy === undefined)) {
    const allowed = partitionedBy
      ? 'a function (method, url) => partition'
      : 'nothing: the dependency is not partitioned'
    throw new OptionError('createFetch.partition', partition, allowed)
  }
  if (partition !== undefined || partitionedBy === undefined) return partition
  if (partitionedBy === 'host') return (_method, url) => new URL(url, globalThis.location?.href).host
  throw new OptionError('createFetch.partition', partition, `a function (method, url) => the ${partitionedBy}`)
}

/** Looked for, and nothing that any fetch knows: "no such option" would leave the reader searching. */
function noConnectTimeout(options: object | undefined): void {
  if (!options || !('connectTimeout' in options)) return
  const { connectTimeout } = options
  const instead =
    'none here; on Node pass dispatcher: agent({ connectTimeout }) of truce/undici, elsewhere attemptTimeout'
  throw new OptionError('createFetch.connectTimeout', connectTimeout, instead)
}
