/**
 * What is asked of every store: a claim with its completion, a whole execution, a replay.
 *
 * @module
 */
import { type Claim, idempotency, type IdempotencyStore, type Mode } from 'truce/idempotency'

/** As long as an answer of an API. */
export const RESULT = 'r'.repeat(512)
export const TTL = 3_600_000

const FINGERPRINT = 'j1:0123456789012345678901234567890123456789012'

/** In full, as the engine writes it: `{ ...claim, run }` costs Node 20 as much as a read of SQLite's. */
function claimOf(mode: Mode, nth: string): Claim {
  return {
    fingerprint: FINGERPRINT,
    mode,
    run: nth,
    lease: 30_000,
    ttl: TTL,
    age: undefined,
    born: undefined,
    reconcile: false,
  }
}

const PAYLOAD = { sku: 'tea', count: 2 }

/** What one call says of itself, in full for the same reason. */
export function requestOf<M extends Mode>(mode: M, key: string) {
  return { tenant: 'acme', operation: 'orders.create', key, payload: PAYLOAD, mode }
}

export interface Contender {
  /** The store's commands alone. */
  readonly claim: (nth: number) => Promise<unknown>
  /** Scope, fingerprint, claim, handler and completion. */
  readonly execute: (nth: number) => Promise<unknown>
  /** A repeat, the store's command alone: one round trip. */
  readonly replay: (nth: number) => Promise<unknown>
  /** A repeat through the engine. */
  readonly replayExecute: (nth: number) => Promise<unknown>
}

export async function contender<Transaction>(store: IdempotencyStore<Transaction>): Promise<Contender> {
  const engine = idempotency({ store, ttl: TTL })
  await engine.ready()
  const execute = (key: string) => engine.execute(requestOf('at-most-once', key), () => RESULT)
  await execute('known')
  const outcome = `v${JSON.stringify(RESULT)}`
  const known = await store.begin('known', claimOf('at-most-once', 'known'))
  if (known.is === 'granted') await store.complete('known', { fence: known.fence, outcome, ttl: TTL })
  return {
    async claim(nth) {
      const scope = `claim-${nth}`
      const begun = await store.begin(scope, claimOf('at-most-once', String(nth)))
      if (begun.is !== 'granted') throw new Error(`${scope} is ${begun.is}`)
      await store.complete(scope, { fence: begun.fence, outcome, ttl: TTL })
    },
    execute: (nth) => execute(`order-${nth}`),
    async replay(nth) {
      const begun = await store.begin('known', claimOf('at-most-once', String(nth)))
      if (begun.is !== 'completed') throw new Error(`what was completed is ${begun.is}`)
    },
    replayExecute: () => execute('known'),
  }
}

/** An effect in a transaction, by the store's command alone. */
export async function transacted<Transaction>(
  { transact }: IdempotencyStore<Transaction>,
  nth: number,
  effect: (transaction: Transaction) => PromiseLike<unknown>,
): Promise<void> {
  const done = await transact?.(`store-${nth}`, claimOf('transaction', String(nth)), async (_, transaction) => {
    await effect(transaction)
    return { outcome: `v${JSON.stringify(RESULT)}` }
  })
  if (done === undefined || !('end' in done) || done.end !== 'committed') throw new Error(`store-${nth} did not commit`)
}
