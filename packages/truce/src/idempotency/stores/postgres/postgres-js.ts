/**
 * postgres.js: its `sql`, seen as a database.
 *
 * `sql.begin` says only that the transaction failed. Whether the COMMIT had been sent makes the difference
 * between "nothing is there" and "nobody knows", so it is noted when the work hands over to it.
 *
 * @module
 */
import { type Ask, type Body, type Closed, type Database, isRefusal } from './database.js'
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
    transaction: (body) => transaction(sql, through, body),
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
): Promise<Closed<Result>> {
  let lost: { readonly error: unknown } | undefined
  let running: ReturnType<Body<Transaction, Result>> | undefined
  const check = () => {
    if (lost) throw lost.error
  }
  try {
    await sql.begin(async (given: Transaction) => {
      const guarded = guard(given, check)
      running = body(through(guarded), guarded)
      const commits = await running.then(
        (done) => done.commits,
        () => false,
      )
      if (commits) return
      // A loss that ended the work is told to `sql.begin` a moment after it.
      await new Promise(setImmediate)
      if (lost) await NEVER
      throw new RollBack()
    })
  } catch (error) {
    lost = { error }
    if (!running) throw error
    const { commits, result } = await running
    if (!commits) return { end: 'rolled-back', result }
    return { end: isRefusal(error) ? 'refused' : 'unknown', result, error }
  }
  // It committed, so there was something to run.
  const { result } = await (running as unknown as NonNullable<typeof running>)
  return { end: 'committed', result }
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
