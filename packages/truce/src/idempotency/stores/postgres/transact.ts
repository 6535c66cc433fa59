/**
 * Transact: claim, effect and result as one commit.
 *
 * A process that stalls within a transaction holds its key, and a duplicate cannot tell it from one at work.
 * So the server ends a transaction that stands idle for longer than its lease, and with it the claim.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import type { Claim, Granted } from '../../../policy/idempotency/record.js'
import type { Transact, Transacted, Worked } from '../../store.js'
import { claimValues } from './claims.js'
import { begunIn, contended, TRIES } from './commands.js'
import { type Ask, type Database, plain, sqlStateOf } from './database.js'
import type { Statement, Statements } from './statements.js'
import { endedError, ownOf, type Work } from './transact-own.js'
import { toText } from '../text.js'

/** What came of the work: an error where it could not be recorded. */
type Recorded = { readonly outcome: string | undefined; readonly error?: unknown }

export function transactOf<Transaction>(
  database: Database<Transaction>,
  statements: Statements,
): Transact<Transaction> {
  const own = ownOf(database, statements)
  return (scope, claim, work, within) =>
    within === undefined
      ? own(scope, claim, work)
      : inside(database.within(within), within, statements, scope, claim, work)
}

const SAVEPOINT = plain('SAVEPOINT truce')
const UNDO = plain('ROLLBACK TO SAVEPOINT truce')
const RELEASE = plain('RELEASE SAVEPOINT truce')

/** One savepoint of two on one connection would undo what the other has told to be there. */
const atWork = new WeakSet<object>()

/** In the caller's transaction, up to a savepoint: what it did before and does after is its own. */
async function inside<Transaction>(
  ask: Ask,
  transaction: Transaction,
  statements: Statements,
  scope: string,
  claim: Claim,
  work: Work<Transaction>,
): Promise<Transacted> {
  if (atWork.has(transaction as object)) {
    throw new OptionError('within', transaction, 'a transaction in which no other key is at work: await the one first')
  }
  atWork.add(transaction as object)
  try {
    await setSavepoint(ask, transaction)
    return await upToSavepoint(ask, statements, scope, claim, (granted) => work(granted, transaction))
  } finally {
    atWork.delete(transaction as object)
  }
}

async function upToSavepoint(
  ask: Ask,
  statements: Statements,
  scope: string,
  claim: Claim,
  work: (granted: Granted) => Worked | Promise<Worked>,
): Promise<Transacted> {
  let isOpen = true
  /** Also where the transaction is lost: then there is nothing left to undo. */
  const undo = async () => {
    isOpen = false
    await ask(UNDO, []).catch(() => undefined)
  }
  try {
    const answer = await claimed(ask, statements, scope, claim)
    if (answer.is !== 'granted') return { begun: answer }
    const recorded = await record(ask, statements.completeAndTell, scope, claim, answer, await work(answer))
    if (recorded.outcome !== undefined && !('error' in recorded)) return { begun: answer, end: 'committed' }
    await undo()
    if ('error' in recorded) return { begun: answer, end: 'refused', error: recorded.error }
    return { begun: answer, end: 'rolled-back' }
  } catch (error) {
    await undo()
    throw error
  } finally {
    if (isOpen) await ask(RELEASE, [])
  }
}

async function setSavepoint(ask: Ask, transaction: unknown): Promise<void> {
  try {
    await ask(SAVEPOINT, [])
  } catch (error) {
    const state = sqlStateOf(error)
    if (state === '25P01')
      throw new OptionError('within', transaction, 'a client in a transaction: BEGIN before, COMMIT after')
    if (state === '25P02')
      throw new OptionError('within', transaction, 'a transaction of which no statement has failed')
    throw error
  }
}

async function claimed(ask: Ask, statements: Statements, scope: string, claim: Claim) {
  const values = claimValues(scope, claim)
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = begunIn(await ask(statements.beginWithin, values), claim)
    if (answer) return answer
  }
  throw contended()
}

/** Writes the outcome down, where there is one. */
async function record(
  ask: Ask,
  complete: Statement,
  scope: string,
  { ttl }: Claim,
  { fence }: Granted,
  { outcome }: Worked,
): Promise<Recorded> {
  if (outcome === undefined) return { outcome }
  try {
    const done = await ask(complete, [scope, fence, toText(outcome), ttl])
    return done.length > 0 ? { outcome } : { outcome, error: endedError() }
  } catch (error) {
    return { outcome, error }
  }
}
