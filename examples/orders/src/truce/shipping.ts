/**
 * Shipping: an order is fulfilled at most once by a warehouse that takes no keys.
 *
 * An answer that never came leaves two bad choices, to fulfil again or to owe for good. So the outcome is held to
 * be unknown, and the warehouse is asked what it has done before it is told again.
 *
 * @module
 */
import { idempotency, notApplied, type Verdict } from 'truce/idempotency'
import { type SqliteDatabase, sqlite } from 'truce/idempotency/sqlite'
import { reaping } from '../services/reaping.js'
import { type FulfilmentState, requests, send } from '../order/ask.js'
import type { guards } from './guards.js'
import type { WorkEnd } from './worklist.js'

/** Longer than any fulfilment is owed. */
const REMEMBERED = '168h'

/** The result that is kept. */
interface Fulfilled {
  readonly order: string
}

export function shipping(
  database: SqliteDatabase,
  guard: Pick<ReturnType<typeof guards>, 'fulfil' | 'fulfilment'>,
  warehouse: string,
) {
  const engine = idempotency({ store: sqlite(database), ttl: REMEMBERED, service: 'order' })
  const stopReaping = reaping(engine)

  /** Reads, never writes. What the warehouse has in hand is not "none": it may yet be done. */
  async function find(order: string, signal: AbortSignal): Promise<Verdict<Fulfilled>> {
    const seen = await guard.fulfilment.outcome(
      (attempt) => send(requests.fulfilment(warehouse, order), order, attempt.signal, attempt.headers),
      { signal },
    )
    if (!seen.ok) return 'unknown'
    const { state } = (await seen.value.json()) as { readonly state: FulfilmentState }
    if (state === 'fulfilled') return { applied: true, value: { order } }
    return state === 'none' ? { applied: false } : 'unknown'
  }

  async function fulfil(order: string, closing: AbortSignal): Promise<WorkEnd> {
    let refused = false
    const outcome = await engine.outcome<'at-most-once', Fulfilled>(
      {
        tenant: 'order',
        operation: 'fulfil',
        key: `${order}_fulfil`,
        payload: { order },
        mode: 'at-most-once',
        reconcile: (doubt) => find(order, AbortSignal.any([doubt.signal, closing])),
      },
      async (work) => {
        const told = await guard.fulfil.outcome(
          (attempt) => send(requests.fulfil(warehouse, order), order, attempt.signal, attempt.headers),
          { signal: AbortSignal.any([work.signal, closing]) },
        )
        if (told.ok) return { order }
        // It refuses before it does anything.
        refused = told.stop === 'permanent'
        const said = told.error instanceof Error ? told.error.message : `it answered ${told.value?.status}`
        const failure = new Error(`order ${order} was not fulfilled: ${said}`, { cause: told.error })
        throw refused || told.explanation.certainty === 'not-applied' ? notApplied(failure) : failure
      },
    )
    if (outcome.ok) return 'done'
    return refused ? 'park' : 'again'
  }

  return {
    fulfil,
    close() {
      stopReaping()
      return engine.close()
    },
  }
}
