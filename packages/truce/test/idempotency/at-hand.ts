/**
 * What the cases of the conformance suite have in common: a claim to vary, and a way to wait for the
 * store's own clock without knowing it.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { IdempotencyStore } from '../../src/idempotency/store.js'
import type { Begun, Claim, Found, Granted } from '../../src/policy/idempotency/record.js'

/** ms. No test lives to see its end. */
export const LONG = 3_600_000
/** ms. Over as soon as the store's clock has moved. */
export const BRIEF = 1

/** What the cases ask of a store; transactions have theirs apart. */
export interface Subject {
  readonly store: Omit<IdempotencyStore, 'transact'>
  /** Records that ran out are deleted by the server itself: `reap` finds none. */
  readonly expiresByItself?: boolean
}

/** What a store's tests open for the suite. */
export interface Opened<Transaction = never> extends Subject {
  readonly store: IdempotencyStore<Transaction>
  /** Closes the store and whatever was opened for it. */
  close(): Promise<void>
  /** How the tests of `transact` write through a transaction, and count what others see of it. */
  readonly effects?: Effects<Transaction>
}

export interface Effects<Transaction> {
  write(transaction: Transaction, id: string): void | Promise<void>
  count(id: string): Promise<number>
}

/** A key that no other test has. */
export function newScope(): string {
  return randomUUID()
}

export function claimOf(changes: Partial<Claim> = {}): Claim {
  return {
    fingerprint: 'payload',
    mode: 'at-most-once',
    run: randomUUID(),
    lease: LONG,
    ttl: LONG,
    reconcile: false,
    ...changes,
  }
}

export function isGranted(begun: Begun): Granted {
  if (begun.is !== 'granted') expect.fail(`expected the claim to be granted, the store says ${JSON.stringify(begun)}`)
  return begun
}

/** Looks until the store's own clock has brought it about. */
export async function lookUntil(
  store: Pick<IdempotencyStore, 'look'>,
  scope: string,
  isThere: (found: Found) => boolean,
): Promise<Found> {
  let found: Found = await store.look(scope)
  for (let looks = 0; !isThere(found); looks++) {
    if (looks > 2_000) expect.fail(`did not come about; the store still says ${JSON.stringify(found)}`)
    await pause(1)
    found = await store.look(scope)
  }
  return found
}

/** Until the lease of its run has ended. */
export function lookUntilLeaseEnded(store: Pick<IdempotencyStore, 'look'>, scope: string): Promise<Found> {
  return lookUntil(store, scope, (found) => found.is !== 'running' || found.left === 0)
}

/** Until the record has run out. */
export function lookUntilForgotten(store: Pick<IdempotencyStore, 'look'>, scope: string): Promise<Found> {
  return lookUntil(store, scope, (found) => found.is === 'absent')
}
