/**
 * Conformance: what every idempotency store has to do, against the real thing.
 *
 * Four stores say the same steps in four languages. A fence that one of them lets go down, or a zombie
 * that one of them believes, is a payment made twice by whoever chose that one. So each step of
 * `policy/idempotency/record` has its case here, and `model.ts` runs random orders of them beside it.
 *
 * No case knows the store's clock: leases and times to live are an hour, or one ms whose end the store
 * itself is asked for.
 *
 * @module
 */
import { afterAll, beforeAll, describe } from 'vitest'
import type { Opened } from './at-hand.js'
import { claims } from './claims.js'
import { endings } from './endings.js'
import { besideTheModel } from './model.js'
import { reaping } from './reaping.js'
import { text } from './text.js'
import { transactions } from './transactions.js'
import { waiting } from './waiting.js'

export type { Opened } from './at-hand.js'

/**
 * @example
 * conformance('memory', async () => {
 *   const store = memory()
 *   return { store, close: () => store.close() }
 * })
 *
 * @param open one store for all cases: each has keys of its own
 */
export function conformance<Transaction = never>(name: string, open: () => Promise<Opened<Transaction>>): void {
  describe(`${name} as an idempotency store`, () => {
    const subject = opens(name, open)

    describe('claims', () => {
      claims(subject)
    })
    describe('ends of a run', () => {
      endings(subject)
    })
    describe('text', () => {
      text(subject)
    })
    describe('waiting', () => {
      waiting(subject)
    })
    describe('reaping', () => {
      reaping(subject)
    })
    describe('beside the model', () => {
      besideTheModel(subject)
    })
  })
}

/** For stores that share a database with effects: beside `conformance`. @param open with `effects` */
export function transactionConformance<Transaction>(name: string, open: () => Promise<Opened<Transaction>>): void {
  describe(`${name} as a transaction`, () => {
    transactions(opens(name, open))
  })
}

/** Opened before the first test of the group and closed after its last. */
function opens<Transaction>(name: string, open: () => Promise<Opened<Transaction>>): () => Opened<Transaction> {
  let opened: Opened<Transaction> | undefined
  beforeAll(async () => {
    opened = await open()
    await opened.store.ready()
  })
  afterAll(() => opened?.close())
  return () => {
    if (!opened) throw new Error(`${name} did not open`)
    return opened
  }
}
