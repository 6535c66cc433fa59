/**
 * What is asked of every store: a claim with its completion, a whole execution, a replay.
 *
 * @module
 */
import { type Claim, idempotency, type IdempotencyStore } from 'truce/idempotency'

/** As long as an answer of an API. */
export const RESULT = 'r'.repeat(512)
export const TTL = 3_600_000

const CLAIM: Omit<Claim, 'run'> = {
  fingerprint: 'j1:0123456789012345678901234567890123456789012',
  mode: 'at-most-once',
  lease: 30_000,
  ttl: TTL,
  reconcile: false,
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
  const request = { tenant: 'acme', operation: 'orders.create', payload: { sku: 'tea', count: 2 } } as const
  const execute = (key: string) => engine.execute({ ...request, key, mode: 'at-most-once' }, () => RESULT)
  await execute('known')
  const outcome = `v${JSON.stringify(RESULT)}`
  const known = await store.begin('known', { ...CLAIM, run: 'known' })
  if (known.is === 'granted') await store.complete('known', { fence: known.fence, outcome, ttl: TTL })
  return {
    async claim(nth) {
      const scope = `claim-${nth}`
      const begun = await store.begin(scope, { ...CLAIM, run: String(nth) })
      if (begun.is !== 'granted') throw new Error(`${scope} is ${begun.is}`)
      await store.complete(scope, { fence: begun.fence, outcome, ttl: TTL })
    },
    execute: (nth) => execute(`order-${nth}`),
    async replay(nth) {
      const begun = await store.begin('known', { ...CLAIM, run: String(nth) })
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
  const claim: Claim = { ...CLAIM, mode: 'transaction', run: String(nth) }
  const done = await transact?.(`store-${nth}`, claim, async (_, transaction) => {
    await effect(transaction)
    return { outcome: `v${JSON.stringify(RESULT)}` }
  })
  if (done === undefined || !('end' in done) || done.end !== 'committed') throw new Error(`store-${nth} did not commit`)
}
