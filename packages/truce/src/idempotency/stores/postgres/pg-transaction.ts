/**
 * Transaction of pg: begun with the claim, ended with the result.
 *
 * A client is given back in any case, and broken where nobody knows what its connection is in the midst of.
 *
 * @module
 */
import {
  abortedError,
  type Ask,
  type Body,
  type Closed,
  type Done,
  isRefusal,
  lostError,
  type Sent,
} from './database.js'
import type { PgClient } from './pg-client.js'
import { sent } from './pg-send.js'
import { watch } from './pg-watch.js'

const BEGIN: Sent = { statement: { name: 'truce-start', text: 'BEGIN' }, values: [] }
const COMMIT: Sent = { statement: { name: 'truce-commit', text: 'COMMIT' }, values: [] }
const ROLLBACK: Sent = { statement: { name: 'truce-rollback', text: 'ROLLBACK' }, values: [] }

/** On a client that was taken out of the pool for it. */
export async function pgTransaction<Client extends PgClient, Result>(
  client: Client,
  prepares: boolean,
  ask: Ask,
  body: Body<Client, Result>,
  first?: Sent,
): Promise<Closed<Result>> {
  const watched = watch(client)
  const asked = (statements: readonly Sent[]) => sent(client, prepares, statements)
  const giveBack = (broken: boolean) => {
    const isBroken = broken || watched.isBroken()
    watched.stop()
    client.release(isBroken)
  }
  /** Where it fails the connection is gone, and the server does it by itself. */
  const rollBack = () =>
    asked([ROLLBACK]).then(
      () => giveBack(false),
      () => giveBack(true),
    )

  let done: Done<Result>
  try {
    const begun = await asked(first ? [BEGIN, first] : [BEGIN])
    done = await body(ask, client, first ? (begun[1]?.rows ?? []) : [])
  } catch (error) {
    await rollBack()
    throw error
  }
  const { result } = done
  if (!done.commits) {
    const rolledBack = rollBack()
    if (!done.atOnce) await rolledBack
    return { end: 'rolled-back', result }
  }
  if (watched.isBroken()) {
    giveBack(true)
    return { end: 'refused', result, error: lostError() }
  }
  try {
    const answers = await asked(done.last ? [done.last, COMMIT] : [COMMIT])
    giveBack(false)
    // A COMMIT is answered also where there was nothing left to commit.
    if (answers.at(-1)?.tag === 'COMMIT') return { end: 'committed', result }
    return { end: 'refused', result, error: abortedError() }
  } catch (error) {
    if (!isRefusal(error)) {
      giveBack(true)
      return { end: 'unknown', result, error }
    }
    // It may be the last statement that was refused: then the transaction is still open.
    await rollBack()
    return { end: 'refused', result, error }
  }
}
