/**
 * Engine: a repeated write takes effect once.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import type { Found, Mode } from '../policy/idempotency/record.js'
import { hubOf } from '../context/hub.js'
import { isTruceError, OptionError } from '../guard/errors.js'
import { type IdempotencyCounters, idempotencyCounters } from '../telemetry/idempotency.js'
import { ask, rejected } from './asking.js'
import { type Keyed, StoreUnavailableError } from './errors.js'
import { Execution } from './execution.js'
import type { Outcome } from './outcome.js'
import { wholeNumber } from '../guard/options/check.js'
import { type CheckedRequest, checkKeyOf, checkRequest, type KeyOf, type Request } from './request.js'
import { engineSettings, type IdempotencyOptions } from './settings.js'
import type { WorkOf } from './work.js'

export interface Idempotency<Transaction = never> {
  /** What it promises, for those who announce it. */
  readonly about: EngineFacts
  /**
   * Runs the handler, unless the key has been used: then its result is the earlier run's.
   *
   * @throws what the handler throws · InProgressError (repeat later) · KeyConflictError (another payload) ·
   *   OutcomeUnknownError (find out) · KeyExpiredError · StoreUnavailableError (repeat) · ReplayedFailureError (it failed
   *   for good before) · ResultNotKeptError · InvalidKeyError, InvalidPayloadError, OptionError before anything is done
   */
  execute<M extends Mode, Value>(
    request: Request<M, NoInfer<Value>, Transaction>,
    handler: (work: WorkOf<Transaction>[M]) => Value | PromiseLike<Value>,
  ): Promise<Value>
  /** The same, never throwing but for wrong options: how it ended, and where the answer comes from. */
  outcome<M extends Mode, Value>(
    request: Request<M, NoInfer<Value>, Transaction>,
    handler: (work: WorkOf<Transaction>[M]) => Value | PromiseLike<Value>,
  ): Promise<Outcome<Value>>
  /**
   * Checks a request and does nothing else: for those who know all but the key when they start.
   *
   * @throws OptionError, InvalidKeyError, InvalidPayloadError as `execute` would
   */
  check(request: Request<Mode, unknown, Transaction>): void
  /** What is known of a key. Ask it of a tenant's own keys only. */
  status(key: KeyOf): Promise<Status>
  /** Asks the store whether it can keep what it promises. @returns its version and durability, for the log @throws where it cannot */
  ready(): Promise<string>
  /** Deletes the records that ran out, a thousand at a time. @param limit at most so many, default all @returns how many */
  reap(limit?: number): Promise<number>
  /** Ends when nothing is under way: executions whose callers have left included. Before a process stops. */
  idle(): Promise<void>
  /** Begins nothing more, waits for what is under way, then gives back what the store took. */
  close(): Promise<void>
}

/** Times are ms. */
export interface EngineFacts {
  /** For how long an outcome is remembered. */
  readonly ttl: number
  /** Longest result that is kept, bytes of its text. */
  readonly largestResult: number
  readonly store: string
  /** Modes in which a handler may take its time: SQLite's `transaction` has to be done in one stretch. */
  readonly asynchronous: readonly Mode[]
}

/** `free`: it ran, and may run again. */
export type Status =
  | { readonly state: 'absent' | 'free' | 'unknown' }
  /** `left`: ms until its lease ends, unless it is renewed. */
  | { readonly state: 'running'; readonly left: number }
  /** `age`: ms since it began; `left`: ms for which it is still remembered. */
  | { readonly state: 'completed'; readonly age: number; readonly left: number }

const BATCH = 1_000
const MOST_AT_HAND = 64
/** Modes for which every store is good. */
const ALWAYS: readonly Mode[] = ['derived-key', 'at-most-once']
/** After so many ms a store that did not answer may be asked again. */
const SOON = 1_000

/**
 * Makes an engine. One for a process and store is enough.
 *
 * @throws OptionError naming the option, its value and what is allowed
 * @example
 * const payments = idempotency({ store: memory(), ttl: '72h' })
 * const request = { tenant: 'acme', operation: 'payments.create', key: idempotencyKey(), payload: { amount: 12 } }
 * const payment = await payments.execute({ ...request, mode: 'derived-key' }, async (work) => {
 *   return work.step('charge', ({ key }) => psp.charge(12, { key }))
 * })
 */
export function idempotency<Transaction = never>(options: IdempotencyOptions<Transaction>): Idempotency<Transaction> {
  const settings = engineSettings(options)
  const { store, service } = settings
  /** Calls of which something is going on. */
  let underWay = 0
  let idlers: (() => void)[] = []
  const prefix = randomBytes(9).toString('base64url')
  let runs = 0
  let asked: Promise<string> | undefined
  let isReady = false
  let isClosed = false

  const known = new Map<string, IdempotencyCounters>()

  /** Those of the first operations are at hand: an engine has a few. */
  function counted(operation: string): IdempotencyCounters {
    const counters = known.get(operation)
    if (counters) return counters
    const found = idempotencyCounters(service, operation)
    if (known.size < MOST_AT_HAND) known.set(operation, found)
    return found
  }

  /** Once; a store that failed, or did not answer, is asked again by the next call. */
  const ready = (): Promise<string> => {
    asked ??= ask(settings, () => store.ready()).then(
      (said) => {
        isReady = true
        return said
      },
      (error: unknown) => {
        asked = undefined
        throw error
      },
    )
    return asked
  }

  /** @returns why nothing can be asked of the store; an operation that may run without it goes on */
  async function refusal(
    keyed: Keyed & { readonly open: boolean },
    signal: AbortSignal | undefined,
  ): Promise<Outcome<never> | undefined> {
    try {
      await unlessGone(signal, ready())
      return undefined
    } catch (error) {
      if (isTruceError(error) || signal?.aborted) return { ok: false, error, source: 'refused' }
      return keyed.open ? undefined : unavailable(keyed, error)
    }
  }

  function unavailable(keyed: Keyed, cause: unknown): Outcome<never> {
    counted(keyed.operation).unavailable++
    return { ok: false, error: new StoreUnavailableError(keyed, store.name, SOON, cause), source: 'refused' }
  }

  function finished(): void {
    if (--underWay > 0) return
    const told = idlers
    idlers = []
    for (const tell of told) tell()
  }

  function start<M extends Mode, Value>(
    checked: CheckedRequest,
    request: Request<M, Value, Transaction>,
    handler: (work: WorkOf<Transaction>[M]) => Value | PromiseLike<Value>,
  ): Promise<Outcome<Value>> {
    const counters = counted(checked.operation)
    const name = `${prefix}${(runs++).toString(36)}`
    return new Promise((resolve) => {
      const tell = resolve as (outcome: Outcome<unknown>) => void
      underWay++
      new Execution(settings, checked, request, handler, counters, name, tell, finished).start()
    })
  }

  /** No `async`: each promise of a call is felt (`npm run bench:idempotency`). */
  function outcome<M extends Mode, Value>(
    request: Request<M, Value, Transaction>,
    handler: (work: WorkOf<Transaction>[M]) => Value | PromiseLike<Value>,
  ): Promise<Outcome<Value>> {
    let checked: CheckedRequest
    try {
      checked = checkRequest(request, settings)
      if (typeof handler !== 'function') throw new OptionError('handler', handler, 'a function')
    } catch (error) {
      return rejected(error)
    }
    if (isClosed) return Promise.resolve(unavailable(checked, new Error('the engine was closed')))
    if (isReady) return start(checked, request, handler)
    underWay++
    return refusal(checked, request.signal)
      .finally(finished)
      .then((refused) => refused ?? start(checked, request, handler))
  }

  const idle = async (): Promise<void> => {
    while (underWay > 0) await new Promise<void>((resolve) => idlers.push(resolve))
  }

  const { ttl, largestResult } = settings
  const modes: Mode[] = store.transact && !store.synchronous ? ['transaction', ...ALWAYS] : [...ALWAYS]
  return {
    about: Object.freeze({ ttl, largestResult, store: store.name, asynchronous: Object.freeze(modes) }),
    check: (request) => void checkRequest(request, settings),
    outcome,
    execute: (request, handler) => outcome(request, handler).then(valueOf),
    async status(key) {
      const { scope } = checkKeyOf(key)
      await ready()
      return statusOf(await ask(settings, () => store.look(scope)))
    },
    ready,
    async reap(limit = Number.POSITIVE_INFINITY) {
      if (limit !== Number.POSITIVE_INFINITY) wholeNumber(limit, 'limit', 1)
      await ready()
      for (let reaped = 0; ;) {
        const batch = Math.min(BATCH, limit - reaped)
        const gone = batch > 0 ? await ask(settings, () => store.reap(batch)) : 0
        reaped += gone
        if (gone < batch || batch === 0) return reaped
      }
    },
    idle,
    async close() {
      isClosed = true
      await idle()
      await store.close()
    },
  }
}

/** @throws where it did not end well */
function valueOf<Value>(ended: Outcome<Value>): Value {
  if (ended.ok) return ended.value
  throw ended.error
}

function statusOf(found: Found): Status {
  switch (found.is) {
    case 'running':
      return { state: 'running', left: found.left }
    case 'completed': {
      const { now, created, expires } = found
      return { state: 'completed', age: now - created, left: Math.max(0, expires - now) }
    }
    case 'unknown':
    case 'free':
      return { state: found.is }
    default:
      return { state: 'absent' }
  }
}

/** @throws the reason of the signal, where it aborts first */
function unlessGone<T>(signal: AbortSignal | undefined, asked: Promise<T>): Promise<T> {
  if (!signal) return asked
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const hub = hubOf(signal)
    const caller = { abort: reject }
    hub.add(caller)
    void asked.then(resolve, reject).finally(() => hub.remove(caller))
  })
}
