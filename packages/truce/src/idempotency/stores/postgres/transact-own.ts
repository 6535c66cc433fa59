/**
 * Transact on its own: in a transaction of the store's, begun with the claim and committed with the result.
 *
 * The BEGIN goes with the claim and the COMMIT with the result, so that no round trip is spent on either. What a
 * lost answer means is the same as for a COMMIT alone: only the record says whether it was heard.
 *
 * Work that ends the transaction itself has written what no roll-back takes back. Where it committed, the claim is there
 * as well, which otherwise nobody ever sees; where it rolled back, what it wrote from then on is there and the claim is
 * not. So the claim is looked for wherever nothing should be there, and the key marked as unknown.
 *
 * @module
 */
import type { Begun, Claim, Granted } from '../../../policy/idempotency/record.js'
import type { Transacted, Worked } from '../../store.js'
import { claimValues, newsOf } from './claims.js'
import { begunIn, contended, isConflict, TRIES } from './commands.js'
import { type Ask, type Closed, type Database, type Done, sqlStateOf } from './database.js'
import { newIn, type Row } from './reply.js'
import { idleMs, type Statements } from './statements.js'
import { toLine, toText } from '../text.js'

export type Work<Transaction> = (granted: Granted, transaction: Transaction) => Worked | Promise<Worked>

/** Of work that threw. */
const NOTHING: Worked = { outcome: undefined }

/** What `completeOwn` fails with where there is nothing to complete. */
const DIVISION_BY_ZERO = '22012'

/** How an attempt ended: with the claim, if it was granted; `left`: the work ended its transaction. */
type Attempted = { readonly granted: Granted | undefined; readonly left: boolean } & (
  { readonly threw: unknown } | { readonly closed: Closed<Begun | undefined> }
)

export function ownOf<Transaction>(database: Database<Transaction>, statements: Statements) {
  const { ask } = database
  const news = newsOf(statements.beginNewOwn)
  /** Repeats come one after the other, when a client or a queue sends everything again: then a read will do. */
  let repeats = false

  async function attempt(scope: string, claim: Claim, work: Work<Transaction>): Promise<Attempted> {
    let granted: Granted | undefined
    let left = false
    const all = { statement: statements.beginOwn, values: [...claimValues(scope, claim), idleMs(claim.lease)] }
    const insert = news.next(scope, claim)
    const body = async (within: Ask, given: Transaction, rows: readonly Row[]) => {
      let begun: Begun | undefined = insert && newIn(rows)
      if (begun === undefined) {
        begun = begunIn(insert ? await within(all.statement, all.values) : rows, claim)
        if (begun) news.met(begun.is)
      }
      if (begun?.is !== 'granted') return { commits: false, result: begun, atOnce: true } as const
      granted = begun
      let worked: Worked = NOTHING
      try {
        worked = await work(begun, given)
      } finally {
        if (worked.outcome === undefined) left = await hasLeft(within, scope, begun)
      }
      return doneBy(worked, begun)
    }
    const doneBy = ({ outcome }: Worked, result: Granted): Done<Begun | undefined> => {
      if (outcome === undefined) return { commits: false, result }
      const values = [scope, result.fence, toText(outcome), claim.ttl]
      return { commits: true, result, last: { statement: statements.completeOwn, values } }
    }
    try {
      const closed = await database.transaction(body, insert ?? all)
      return { closed, granted, left: left || (closed.end === 'refused' && isNotThere(closed.error)) }
    } catch (error) {
      return { threw: error, granted, left }
    }
  }

  /** Where a statement of its own has failed, it is still within. */
  function hasLeft(within: Ask, scope: string, { fence }: Granted): Promise<boolean> {
    return within(statements.isOwn, [scope, fence]).then(
      (rows) => rows.length === 0,
      () => false,
    )
  }

  /** Where it cannot be asked, nobody has seen that the work ended it. */
  async function marked(scope: string, { fence }: Granted): Promise<boolean> {
    const rows = await ask(statements.abandon, [scope, fence, 'unknown']).catch(() => [])
    return rows.length > 0
  }

  /** Its claim was rolled back, what it wrote from then on was not. */
  async function markAnew(scope: string, claim: Claim): Promise<void> {
    const begun = begunIn(await ask(statements.begin, claimValues(scope, claim)).catch(() => []), claim)
    if (begun?.is === 'granted') await marked(scope, begun)
  }

  return async (scope: string, claim: Claim, work: Work<Transaction>): Promise<Transacted> => {
    if (repeats) {
      const begun = begunIn(await ask(statements.replay, [scope, toLine(claim.fingerprint)]), claim)
      if (begun !== undefined && begun.is !== 'granted') return { begun }
    }
    for (let tries = 0; tries < TRIES; tries++) {
      const attempted = await attempt(scope, claim, work)
      const { granted } = attempted
      if (granted === undefined) {
        if ('threw' in attempted) {
          if (isConflict(attempted.threw)) continue
          throw attempted.threw
        }
        const { result } = attempted.closed
        if (result === undefined || result.is === 'granted') continue
        repeats = result.is === 'completed'
        return { begun: result }
      }
      repeats = false
      const isThere =
        'closed' in attempted && (attempted.closed.end === 'committed' || attempted.closed.end === 'unknown')
      if (!isThere) {
        const isMarked = await marked(scope, granted)
        if (!isMarked && attempted.left) await markAnew(scope, claim)
        if (isMarked || attempted.left)
          return { begun: granted, end: 'escaped', error: escapedError(causeOf(attempted)) }
      }
      if ('threw' in attempted) throw attempted.threw
      const { closed } = attempted
      if (!('error' in closed)) return { begun: granted, end: closed.end }
      return { begun: granted, end: closed.end, error: closed.error }
    }
    throw contended()
  }
}

function causeOf(attempted: Attempted): unknown {
  if ('threw' in attempted) return attempted.threw
  return 'error' in attempted.closed ? attempted.closed.error : undefined
}

function isNotThere(error: unknown): boolean {
  return sqlStateOf(error) === DIVISION_BY_ZERO
}

export function endedError(cause?: unknown): Error {
  const message = 'The claim is gone from the transaction: the work must neither end it nor roll back beyond its start.'
  return new Error(message, { cause })
}

function escapedError(cause: unknown): Error {
  const message =
    'The work ended the transaction itself: some of what it wrote is there, and the key is unknown from now on. ' +
    'Leave BEGIN, COMMIT and ROLLBACK to the store, and use savepoints within; find out what took effect by hand.'
  return new Error(message, { cause })
}
