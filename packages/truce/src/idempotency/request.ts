/**
 * Request: what one call of the engine says of itself, checked before anything is asked of the store.
 *
 * @module
 */
import { OptionError } from '../guard/errors.js'
import { neededOptions, oneOf } from '../guard/options/check.js'
import { type Duration, duration } from '../options/units.js'
import type { Mode } from '../policy/idempotency/record.js'
import { fingerprint } from './fingerprint.js'
import { bornAt, checkKey, named } from './key.js'
import { scopeOf } from './scope.js'
import { type EngineSettings, type KeepOption, keepOf, timeoutOf, waitFor } from './settings.js'

/** Whose key it is, of which operation. */
export interface KeyOf {
  /** Whose it is: two tenants may choose the same key. From the caller's identity, never from the payload. */
  readonly tenant: string
  /** Which operation: a fixed name, without ids. */
  readonly operation: string
  /** 1 to 255 printable ASCII characters, the same for every repeat of one wish. */
  readonly key: string
}

export interface Request<M extends Mode, Value, Transaction> extends KeyOf {
  /**
   * What the call is about: a JSON value, or bytes. A repeat with another one is refused. `null` where a call is
   * about nothing.
   */
  readonly payload: unknown
  /** How it is kept from taking effect twice. */
  readonly mode: M
  /** The members of the payload that make it what it is. Default: all. */
  readonly fields?: readonly string[] | undefined
  /**
   * How old the key is. A UUID of version 7 tells it by itself; `'none'`: it is the date of something else (an order
   * that is older than the wish to refund it).
   */
  readonly age?: Duration | 'none' | undefined
  /** Here instead of the engine's. */
  readonly wait?: Duration | undefined
  /** Here instead of the engine's. */
  readonly timeout?: Duration | 'none' | undefined
  /** Here instead of the engine's. */
  readonly keep?: KeepOption | undefined
  /** Where the store cannot be asked: `closed` refuses, `open` runs it unguarded. Default `closed`. */
  readonly outage?: 'closed' | 'open' | undefined
  /**
   * Finds out whether a run that ended in the dark took effect, by reading, never by writing. It runs before the
   * handler, with the key held.
   */
  readonly reconcile?: ((doubt: Reconcile) => Verdict<Value> | PromiseLike<Verdict<Value>>) | undefined
  /** Gives the result of a run whose own was not kept (too large). */
  readonly recall?: (() => Value | PromiseLike<Value>) | undefined
  /** The caller's own: it stops waiting, the work goes on and is recorded. With `within`, before it begins only. */
  readonly signal?: AbortSignal | undefined
  /** In `transaction` mode: a transaction of the caller's own, who commits it. */
  readonly within?: Transaction | undefined
}

/** What a reconcile hook may look at. */
export interface Reconcile {
  /** Aborts when the key is in other hands. */
  readonly signal: AbortSignal
  /** Of this run; a write of the runs before carried a smaller one. */
  readonly fence: number
  /** The key of a call to somebody else, as the handler's `derive` gave it. */
  readonly derive: (step: string) => string
}

/** `'unknown'`: it could not tell. */
export type Verdict<Value> = { readonly applied: true; readonly value: Value } | { readonly applied: false } | 'unknown'

/** Checked. Times are ms. */
export interface CheckedRequest {
  readonly operation: string
  readonly key: string
  readonly scope: string
  readonly fingerprint: string
  readonly mode: Mode
  readonly age: number | undefined
  readonly born: number | undefined
  readonly wait: number
  readonly timeout: number
  readonly keep: KeepOption
  readonly open: boolean
}

const NAMES = [
  'tenant',
  'operation',
  'key',
  'payload',
  'mode',
  'fields',
  'age',
  'wait',
  'timeout',
  'keep',
  'outage',
  'reconcile',
  'recall',
  'signal',
  'within',
] as const satisfies readonly (keyof Request<Mode, unknown, unknown>)[]

const OUTAGE = ['closed', 'open'] as const
const MODES: readonly Mode[] = ['transaction', 'derived-key', 'at-most-once']

/** @throws OptionError, InvalidKeyError, InvalidPayloadError: nothing was done yet */
export function checkRequest<Transaction>(
  request: Request<Mode, unknown, Transaction>,
  settings: EngineSettings<Transaction>,
): CheckedRequest {
  neededOptions(request, NAMES, 'execute')
  const { operation, key, scope } = checkKeyOf(request)
  const mode = oneOf(request.mode, 'mode', MODES)
  const checked: CheckedRequest = {
    operation,
    key,
    scope,
    fingerprint: fingerprint(request.payload, fieldsOf(request.fields)),
    mode,
    age: request.age === undefined || request.age === 'none' ? undefined : duration(request.age, 'age'),
    born: request.age === 'none' ? undefined : bornAt(key),
    wait: request.wait === undefined ? settings.wait : waitFor(request.wait, settings.lease),
    timeout: timeoutOf(request.timeout) ?? settings.timeout,
    keep: keepOf(request.keep) ?? settings.keep,
    open: oneOf(request.outage ?? 'closed', 'outage', OUTAGE) === 'open',
  }
  checkHooks(request.reconcile, request.recall, request.signal)
  checkMode(request, checked, settings)
  return checked
}

/** Names a key. @throws OptionError, InvalidKeyError */
export function checkKeyOf(given: KeyOf): { operation: string; key: string; scope: string } {
  if (typeof given !== 'object' || given === null)
    throw new OptionError('key', given, 'an object with tenant, operation, key')
  const { tenant, operation, key } = given
  named(tenant, 'tenant')
  named(operation, 'operation')
  checkKey(key)
  return { operation, key, scope: scopeOf(tenant, operation, key) }
}

function fieldsOf(given: readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined
  if (Array.isArray(given) && given.length > 0 && given.every((field) => typeof field === 'string')) return given
  throw new OptionError('fields', given, 'a list of names of members of the payload')
}

function checkHooks(reconcile: unknown, recall: unknown, signal: AbortSignal | undefined): void {
  if (reconcile !== undefined && typeof reconcile !== 'function') {
    throw new OptionError('reconcile', reconcile, 'a function')
  }
  if (recall !== undefined && typeof recall !== 'function') throw new OptionError('recall', recall, 'a function')
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new OptionError('signal', signal, 'an AbortSignal')
  }
}

/** What would contradict the mode. */
function checkMode<Transaction>(
  request: Request<Mode, unknown, Transaction>,
  { mode, keep, open }: CheckedRequest,
  { store }: EngineSettings<Transaction>,
): void {
  if (mode === 'transaction' && store.transact === undefined) {
    const allowed = `'derived-key' or 'at-most-once': the ${store.name} store shares no database with what the handler writes`
    throw new OptionError('mode', mode, allowed)
  }
  if (mode === 'transaction' && open) {
    throw new OptionError('outage', 'open', "'closed': in transaction mode the store is the handler's own database")
  }
  if (mode !== 'transaction' && request.within !== undefined) {
    throw new OptionError('within', request.within, `nothing: it belongs to the mode 'transaction', not '${mode}'`)
  }
  if (mode === 'transaction' && request.reconcile !== undefined) {
    throw new OptionError('reconcile', request.reconcile, "nothing: in the mode 'transaction' no run is left in doubt")
  }
  if (mode === 'at-most-once' && keep === 'redrive') {
    throw new OptionError('keep', keep, "another preset: the mode 'at-most-once' runs nothing again by itself")
  }
}
