/**
 * Read before write: what is there already is not made again.
 *
 * Somebody else's API takes no idempotency key, but what it makes can be found: a customer by e-mail, a label by
 * reference, a DNS record by name. Without a claim two workers both look, both find nothing, and both make it;
 * without a look after a crash it is made again, or never.
 *
 * @module
 */
import { keep } from '../policy/idempotency/keeping.js'
import { OptionError } from '../guard/errors.js'
import { name, neededOptions } from '../guard/options/check.js'
import type { Idempotency } from './engine.js'
import { ResultNotKeptError } from './errors.js'
import { noFailingAnswer } from './failing-answer.js'
import type { Request } from './request.js'

/** What `readBeforeWrite()` is made of. */
export interface ReadBeforeWriteOptions<Input, Value> {
  /** A fixed name, such as `customers.create`. */
  readonly operation: string
  /**
   * Looks for it; never writes.
   *
   * @returns what is there, `undefined` where nothing is
   * @throws where it cannot tell, also because a search lags behind: then nothing is written
   */
  readonly read: (wanted: Wanted<Input>) => Value | undefined | PromiseLike<Value | undefined>
  /** Makes it. @throws where it was not made, or nobody knows: then `read` is asked before it is made again */
  readonly write: (wanted: WantedNow<Input>) => Value | PromiseLike<Value>
}

/** What is wanted, for whom, and under which name. */
export interface ToEnsure<Input> extends Pick<Request<'at-most-once', never, never>, 'tenant' | 'age' | 'signal'> {
  /** Of the thing, or of the wish: what `read` looks for. 1 to 255 printable ASCII characters, the same in repeats. */
  readonly id: string
  /** What it is to be, as JSON. Under the same id, another one is refused. */
  readonly input: Input
}

/** What `read` is asked for. */
export interface Wanted<Input> {
  readonly tenant: string
  readonly id: string
  readonly input: Input
  /** Aborts when the id is in other hands, or time is up. */
  readonly signal: AbortSignal
}

/** The same for `write`, which runs under a fence. */
export interface WantedNow<Input> extends Wanted<Input> {
  /** Grows with every run; for conditional writes. */
  readonly fence: number
}

/** What is there in the end. */
export interface Ensured<Value> {
  readonly value: Value
  /** By this call: it was not there before. */
  readonly written: boolean
}

/** Writes what cannot be found; `readBeforeWrite()` makes it. */
export interface ReadBeforeWrite<Input, Value> {
  /**
   * Finds it, or makes it.
   *
   * @throws what `read` and `write` throw · OutcomeUnknownError (find out: `read` could not) · InProgressError,
   *   StoreUnavailableError (repeat) · KeyConflictError (another input) · KeyExpiredError · OptionError,
   *   InvalidKeyError, InvalidPayloadError
   */
  ensure(wanted: ToEnsure<Input>): Promise<Ensured<Value>>
}

/**
 * Makes sure that something is there, by looking before it is written: the first time, since it may have been
 * there before, and after every end in the dark.
 *
 * @throws OptionError
 * @example
 * const customers = readBeforeWrite(engine, {
 *   operation: 'customers.create',
 *   read: ({ input }) => crm.findByEmail(input.email),
 *   write: ({ input }) => crm.create(input),
 * })
 * const { value, written } = await customers.ensure({ tenant: 'acme', id: 'ann@example.org', input: { email } })
 */
export function readBeforeWrite<Input, Value, Transaction = never>(
  engine: Idempotency<Transaction>,
  options: ReadBeforeWriteOptions<Input, Value>,
): ReadBeforeWrite<Input, Value> {
  neededOptions(options, ['operation', 'read', 'write'], 'readBeforeWrite()')
  const operation = name(options.operation, 'readBeforeWrite().operation')
  for (const option of ['read', 'write'] as const) {
    if (typeof options[option] === 'function') continue
    throw new OptionError(`readBeforeWrite().${option}`, options[option], 'a function')
  }
  const read = async (wanted: Wanted<Input>) => noFailingAnswer(await options.read(wanted), operation, 'read')
  const write = async (wanted: WantedNow<Input>) => noFailingAnswer(await options.write(wanted), operation, 'write')

  return {
    ensure: async (ensured) => {
      neededOptions(ensured, ['tenant', 'id', 'input', 'age', 'signal'], 'ensure()')
      const { tenant, id, input, age, signal } = ensured
      const wanted = (by: AbortSignal): Wanted<Input> => ({ tenant, id, input, signal: by })
      const run: { stage: 'look' | 'missing' | 'write' } = { stage: 'look' }

      const request: Request<'at-most-once', Value, Transaction> = {
        tenant,
        operation,
        key: id,
        payload: input,
        mode: 'at-most-once',
        age,
        signal,
        // A look that failed wrote nothing, whatever it says; and no failure is a thing that is there.
        keep: (ending) => {
          if (run.stage !== 'write' && ending.failure) return 'forget'
          return keep('success-only', 'at-most-once', ending)
        },
        reconcile: async (doubt) => {
          const value = await read(wanted(doubt.signal))
          if (value !== undefined) return { applied: true, value }
          run.stage = 'missing'
          return { applied: false }
        },
        recall: async () => {
          const value = await read(wanted(signal ?? NEVER))
          if (value === undefined) throw new ResultNotKeptError({ operation, key: id })
          return value
        },
      }
      const ended = await engine.outcome(request, async (work) => {
        const found = run.stage === 'look' ? await read(wanted(work.signal)) : undefined
        if (found !== undefined) return found
        run.stage = 'write'
        return write({ ...wanted(work.signal), fence: work.fence })
      })
      if (!ended.ok) throw ended.error
      return { value: ended.value, written: run.stage === 'write' && ended.source === 'executed' }
    },
  }
}

const NEVER = new AbortController().signal
