/**
 * postgres.js: its `sql`, seen as a database.
 *
 * `sql.begin` says only that the transaction failed. Whether the COMMIT had been sent makes the difference
 * between "nothing is there" and "nobody knows", so it is noted when the work hands over to it.
 *
 * @module
 */
import {
  type Ask,
  type Body,
  type Closed,
  type Database,
  type Done,
  isRefusal,
  lostError,
  type Sent,
} from './database.js'
import { type Row, WROTE } from './reply.js'

/** `postgres()`, or a transaction of it. */
export interface PostgresJsQueries {
  unsafe(text: string, values?: never[], options?: { prepare?: boolean }): PostgresJsQuery
}

interface PostgresJsQuery extends PromiseLike<unknown> {
  values(): PromiseLike<unknown>
}

/** `postgres()`. */
export interface PostgresJs extends PostgresJsQueries {
  begin(body: (transaction: never) => Promise<void>): Promise<unknown>
  listen(channel: string, heard: (payload: string) => void, up?: () => void): PromiseLike<{ unlisten(): Promise<void> }>
  readonly options: { readonly max?: number | undefined }
}

export function postgresJsDatabase<Transaction extends PostgresJsQueries>(
  sql: PostgresJs,
  prepare: boolean,
): Database<Transaction> {
  const through = (asked: PostgresJsQueries): Ask => {
    return async ({ name, text, counts }, values) => {
      // It writes what it sends into the array.
      const query = asked.unsafe(text, [...values] as never[], { prepare: prepare && name !== '' })
      const rows = (await query.values()) as readonly Row[] & { readonly count: number }
      if (counts) return rows.count === 0 ? [] : WROTE
      return rows
    }
  }
  return {
    ask: through(sql),
    within: through,
    transaction: (body, first) => transaction(sql, through, body, first),
    async listen(channel, heard, up) {
      // It listens again by itself after a loss, and says when; what was missed is not told.
      const listening = await sql.listen(channel, heard, () => up(true))
      return () => listening.unlisten()
    },
  }
}

/**
 * A lost connection ends `sql.begin` at once, in the midst of the work. Its end is waited for all the same, and
 * nothing more is sent: postgres.js 3.4 would write to a socket that is no longer there, which ends the process.
 */
async function transaction<Transaction extends PostgresJsQueries, Result>(
  sql: PostgresJs,
  through: (asked: PostgresJsQueries) => Ask,
  body: Body<Transaction, Result>,
  first?: Sent,
): Promise<Closed<Result>> {
  let lost: { readonly error: unknown } | undefined
  let running: Promise<Done<Result>> | undefined
  /** Was it left to `sql.begin` to commit? */
  let committing = false
  let failure: Promise<unknown> | undefined
  let fail: () => void = () => undefined
  const failed = new Promise<void>((resolve) => (fail = resolve))
  const check = () => {
    if (lost) throw lost.error
  }
  try {
    const begun = sql.begin(async (given: Transaction) => {
      const guarded = guard(given, check)
      const ask = through(guarded)
      const rows = first ? await ask(first.statement, first.values) : []
      running = body(ask, guarded, rows)
      const last = await running.then(
        (done) => (done.commits ? done : undefined),
        () => undefined,
      )
      if (last && !lost) {
        committing = true
        failure = last.last && failureOf(ask(last.last.statement, last.last.values))
        void failure?.then((error) => isRefusal(error) && fail())
        return
      }
      // A loss that ended the work is told to `sql.begin` a moment after it.
      await new Promise(setImmediate)
      if (lost) await NEVER
      throw new RollBack()
    })
    // Work that ended the transaction itself took its connection out of the hands of `sql.begin`, whose COMMIT may then
    // never be sent.
    await Promise.race([begun, failed])
  } catch (error) {
    lost = { error }
    if (!running) throw error
    const { commits, result } = await running
    if (!commits) return { end: 'rolled-back', result }
    if (!committing) return { end: 'refused', result, error: lostError(error) }
    return { end: isRefusal(error) ? 'refused' : 'unknown', result, error }
  }
  // It committed, so there was something to run.
  const { result } = await (running as unknown as Promise<Done<Result>>)
  const error = await failure
  if (error === undefined) return { end: 'committed', result }
  return { end: isRefusal(error) ? 'refused' : 'unknown', result, error }
}

/**
 * Not waited for: the COMMIT goes right behind the statement, and comes to nothing where that fails.
 *
 * @returns undefined where it did not
 */
function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** `sql.begin` has ended by then: to go on would make it roll back on the lost connection. */
const NEVER = new Promise<never>(() => undefined)

type Callable = (...args: unknown[]) => unknown

/** The same, throwing by `check` what keeps it from being used. */
function guard<Guarded extends object>(given: Guarded, check: () => void): Guarded {
  const checked = (call: Callable): Callable => {
    return (...args) => {
      check()
      return call(...args.map((arg) => (typeof arg === 'function' ? inner(arg as Callable) : arg)))
    }
  }
  /** A savepoint is given its own `sql`. */
  const inner = (work: Callable): Callable => {
    return (...args) => work(...args.map((arg) => (typeof arg === 'function' ? guard(arg, check) : arg)))
  }
  return new Proxy(given, {
    apply: (call, self, args: unknown[]) => {
      check()
      return Reflect.apply<unknown, unknown[], unknown>(call as Callable, self, args)
    },
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? checked(value as Callable) : value
    },
  })
}

/** Makes postgres.js roll back. */
class RollBack extends Error {}
