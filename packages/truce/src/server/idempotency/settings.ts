/**
 * Settings of idempotency over HTTP, checked once: of a service, and of each operation.
 *
 * @module
 */
import { OptionError } from '../../guard/errors.js'
import { knownOptions, name, neededOptions, oneOf, wholeNumber } from '../../guard/options/check.js'
import type { Duration } from '../../options/units.js'
import type { Idempotency } from '../../idempotency/engine.js'
import type { Reconcile } from '../../idempotency/request.js'
import type { KeepOption } from '../../idempotency/settings.js'
import type { Mode } from '../../policy/idempotency/record.js'
import type { Incoming } from '../incoming.js'
import type { RequestContext } from '../request-context.js'
import { keptNames } from './kept-headers.js'

/** What `httpIdempotency()` may be told. */
export interface HttpIdempotencyOptions<Transaction = never> {
  /** What remembers keys: `idempotency({ store, ttl })` of `truce/idempotency`. */
  engine: Idempotency<Transaction>
  /**
   * Whose key it is, as you have authenticated it; never what the request says of itself. Nothing, or an error: the
   * request is answered 401.
   */
  tenant: (incoming: Incoming) => string | undefined
  /** The field that carries the key. Default `Idempotency-Key`. */
  header?: string | undefined
  /** Longest body that is read to be compared, bytes; a longer one is answered 413. Default 1 MiB. */
  maxBody?: number | undefined
  /** Fields of an answer that are replayed besides those that speak of its body and of what was made. */
  keepHeaders?: readonly string[] | undefined
  /** Where callers find your rules for keys: a `Link` with `rel="describedby"` on every problem with a key. */
  describedBy?: string | undefined
  /** Types of problems begin with it. Default `urn:truce:problem:`. */
  problems?: string | undefined
  /** Told of what went wrong inside and is answered as a problem (a store that is down): for the log. */
  onError?: ((error: unknown, context: RequestContext) => void) | undefined
}

/** How one operation treats keys. */
export interface HttpIdempotencyRules {
  /** `required`: without one a request is answered 400. `optional`: without one it runs as if there were no keys. */
  key: 'required' | 'optional'
  /** How it is kept from taking effect twice; see docs/idempotency.md, "Which mode". */
  mode: Mode
  /** Members of the JSON body that make a request what it is, besides method, path and query. Default: all of the body. */
  fields?: readonly string[] | undefined
  /** Says by itself what makes a request what it is: a JSON value, or bytes. */
  payload?: ((incoming: Incoming) => unknown) | undefined
  /** Which answers are remembered. Default: the engine's. */
  keep?: KeepOption | undefined
  /** How long a repeat waits for the run that it meets, before it is told 409. Default: the engine's. */
  wait?: Duration | undefined
  /** How long a handler may take. Default: the engine's. */
  timeout?: Duration | 'none' | undefined
  /** Where the store cannot be asked: `closed` answers 503, `open` runs unguarded. Default `closed`. */
  outage?: 'closed' | 'open' | undefined
  /** `none`: the date in a UUID of version 7 is not that of the wish, and what a peer says of the key's age does not count. */
  age?: 'none' | undefined
  /** Finds out, by reading only, whether a run that ended in the dark took effect. */
  reconcile?: ((doubt: Reconcile, context: RequestContext) => FoundOut | Promise<FoundOut>) | undefined
  /** Answers a repeat of a request whose own answer was too large to be kept. */
  recall?: ((context: RequestContext) => Response | Promise<Response>) | undefined
}

/** What a reconcile hook found; `'unknown'`: it could not tell. */
export type FoundOut = { readonly applied: true; readonly response: Response } | { readonly applied: false } | 'unknown'

/** Of a service, checked. */
export interface KeyedSettings<Transaction> {
  readonly engine: Idempotency<Transaction>
  readonly tenant: (incoming: Incoming) => string | undefined
  /** As it is written. */
  readonly header: string
  readonly maxBody: number
  readonly keptNames: ReadonlySet<string>
  readonly describedBy: string | undefined
  readonly base: string | undefined
  readonly onError: (error: unknown, context: RequestContext) => void
}

const MAX_BODY = 1_048_576

const OPTIONS: readonly (keyof HttpIdempotencyOptions)[] = [
  'engine',
  'tenant',
  'header',
  'maxBody',
  'keepHeaders',
  'describedBy',
  'problems',
  'onError',
]

const RULES: readonly (keyof HttpIdempotencyRules)[] = [
  'key',
  'mode',
  'fields',
  'payload',
  'keep',
  'wait',
  'timeout',
  'outage',
  'age',
  'reconcile',
  'recall',
]

/** @throws OptionError */
export function keyedSettings<Transaction>(options: HttpIdempotencyOptions<Transaction>): KeyedSettings<Transaction> {
  neededOptions(options, OPTIONS, 'httpIdempotency')
  const { engine, tenant, header, describedBy, problems } = options
  if (typeof engine?.outcome !== 'function' || typeof engine.check !== 'function') {
    throw new OptionError('engine', engine, "idempotency({ … }) of 'truce/idempotency'")
  }
  if (typeof tenant !== 'function')
    throw new OptionError('tenant', tenant, 'a function (incoming) => name of the tenant')
  return Object.freeze({
    engine,
    tenant,
    header: header === undefined ? 'Idempotency-Key' : fieldName(header),
    maxBody: wholeNumber(options.maxBody ?? MAX_BODY, 'maxBody', 1),
    keptNames: keptNames(options.keepHeaders),
    describedBy: describedBy === undefined ? undefined : address(describedBy),
    base: problems === undefined ? undefined : name(problems, 'problems'),
    onError: hook(options.onError, 'onError') ?? (() => undefined),
  })
}

/** @throws OptionError */
export function checkRules<Transaction>(
  operation: string,
  effect: 'read' | 'write',
  rules: HttpIdempotencyRules,
  engine: Idempotency<Transaction>,
): Readonly<HttpIdempotencyRules> {
  neededOptions(rules, RULES, 'idempotency')
  knownOptions(rules, RULES, 'idempotency')
  if (effect === 'read') {
    throw new OptionError('idempotency', effect, 'nothing for a read: it may be repeated as it is')
  }
  oneOf(rules.key, 'key', ['required', 'optional'])
  if (rules.age !== undefined) oneOf(rules.age, 'age', ['none'])
  for (const option of ['payload', 'reconcile', 'recall'] as const) hook(rules[option], option)
  checkFields(rules)
  const { mode, keep, wait, timeout, outage, reconcile } = rules
  const given = { mode, keep, wait, timeout, outage, reconcile: reconcile && (() => 'unknown' as const) }
  engine.check({ tenant: 'any', operation, key: 'any', payload: null, ...given })
  if (!engine.about.asynchronous.includes(mode)) {
    const why = `the handlers of ${engine.about.store}'s transactions are synchronous, and no HTTP handler is`
    throw new OptionError('mode', mode, `'derived-key' or 'at-most-once': ${why}`)
  }
  return Object.freeze({ ...rules })
}

function checkFields({ fields, payload }: HttpIdempotencyRules): void {
  if (fields === undefined) return
  const named: readonly unknown[] = Array.isArray(fields) ? fields : []
  if (named.length === 0 || !named.every((field) => typeof field === 'string')) {
    throw new OptionError('fields', fields, 'a list of names of members of the body')
  }
  if (payload !== undefined) throw new OptionError('fields', fields, 'nothing beside payload, which says it all')
}

function hook<Hook>(given: Hook, option: string): Hook {
  if (given === undefined || typeof given === 'function') return given
  throw new OptionError(option, given, 'a function')
}

function fieldName(given: string): string {
  if (typeof given === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(given)) return given
  throw new OptionError('header', given, 'a name of a header field')
}

/** It goes into a header between angle brackets. */
function address(given: string): string {
  if (typeof given === 'string' && /^[\x21-\x3b\x3d\x3f-\x7e]+$/.test(given)) return given
  throw new OptionError('describedBy', given, 'the address of a page, as it stands in a Link field')
}
