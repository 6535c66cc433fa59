/**
 * Cases: claim, effect and result are one commit, for stores that share a database with effects.
 *
 * @module
 */
import { expect, test } from 'vitest'
import type { Worked } from '../../src/idempotency/store.js'
import type { Granted } from '../../src/policy/idempotency/record.js'
import { claimOf, isGranted, LONG, newScope, type Opened } from './at-hand.js'

export function transactions<Transaction>(subject: () => Opened<Transaction>): void {
  const claim = (changes = {}) => claimOf({ mode: 'transaction', ...changes })

  function shared() {
    const { store, effects } = subject()
    const { transact } = store
    if (!transact || !effects) expect.fail('transactions are tested with transact() and effects')
    return { store, transact, effects }
  }

  /** Writes one effect, then ends as it is told: at once where the client is synchronous. */
  function writes(id: string, outcome: string | undefined, seen: Granted[] = []) {
    return (granted: Granted, transaction: Transaction): Worked | Promise<Worked> => {
      seen.push(granted)
      const written = shared().effects.write(transaction, id)
      return written instanceof Promise ? written.then(() => ({ outcome })) : { outcome }
    }
  }

  test('effect and result are there together, and replayed', async () => {
    const db = shared()
    const scope = newScope()
    const seen: Granted[] = []

    const first = await db.transact(scope, claim({ run: 'first' }), writes(scope, 'done', seen))

    expect(first).toMatchObject({ end: 'committed', begun: { is: 'granted', takeover: false } })
    expect(seen).toEqual([first.begun])
    expect(await db.effects.count(scope)).toBe(1)
    const { fence } = isGranted(first.begun)
    const found = await db.store.look(scope)
    expect(found).toMatchObject({ is: 'completed', fence, run: 'first', outcome: 'done' })
    if (found.is === 'completed') expect(found.expires - found.settled).toBeCloseTo(LONG, 0)

    const second = await db.transact(scope, claim(), writes(scope, 'again', seen))
    expect(second).toEqual({ begun: { ...found, now: expect.any(Number) } })
    expect(seen).toHaveLength(1)
    expect(await db.effects.count(scope)).toBe(1)
  })

  test('neither effect nor claim is there when the work asks for a roll-back', async () => {
    const db = shared()
    const scope = newScope()

    const rolled = await db.transact(scope, claim(), writes(scope, undefined))

    expect(rolled).toMatchObject({ end: 'rolled-back', begun: { is: 'granted' } })
    expect(await db.effects.count(scope)).toBe(0)
    expect(await db.store.look(scope)).toEqual({ is: 'absent' })
    expect(await db.transact(scope, claim({ fingerprint: 'other' }), writes(scope, 'done'))).toMatchObject({
      end: 'committed',
    })
  })

  test('neither effect nor claim is there when the work throws, and its error is handed on', async () => {
    const db = shared()
    const scope = newScope()
    const failed = new Error('the work failed')

    const run = db.transact(scope, claim(), (granted, transaction) => {
      const written = writes(scope, 'done')(granted, transaction)
      if (written instanceof Promise) return written.then(() => Promise.reject(failed))
      throw failed
    })

    await expect(run).rejects.toBe(failed)
    expect(await db.effects.count(scope)).toBe(0)
    expect(await db.store.look(scope)).toEqual({ is: 'absent' })
  })

  test('work that fails behind a statement of its own leaves a usable store', async () => {
    const db = shared()
    for (let round = 0; round < 3; round++) {
      const scope = newScope()
      await db.transact(scope, claim(), writes(scope, undefined))
      expect(await db.transact(scope, claim(), writes(scope, 'done'))).toMatchObject({ end: 'committed' })
      expect(await db.effects.count(scope)).toBe(1)
    }
  })

  test('of 50 at once exactly one takes effect', async () => {
    const db = shared()
    const scope = newScope()

    const runs = await Promise.all(Array.from({ length: 50 }, () => db.transact(scope, claim(), writes(scope, 'done'))))

    expect(runs.filter((run) => 'end' in run && run.end === 'committed')).toHaveLength(1)
    expect(await db.effects.count(scope)).toBe(1)
  })

  test('what is not granted runs nothing', async () => {
    const db = shared()
    const scope = newScope()
    const { fence } = isGranted(await db.store.begin(scope, claim()))
    const seen: Granted[] = []

    expect(await db.transact(scope, claim(), writes(scope, 'x', seen))).toMatchObject({
      begun: { is: 'running', fence },
    })
    const other = claim({ fingerprint: 'other' })
    expect(await db.transact(scope, other, writes(scope, 'x', seen))).toEqual({ begun: { is: 'mismatch' } })
    const old = claim({ age: 2 * LONG })
    expect(await db.transact(newScope(), old, writes(scope, 'x', seen))).toEqual({ begun: { is: 'expired' } })
    expect(seen).toEqual([])
    expect(await db.effects.count(scope)).toBe(0)
    expect(await db.store.look(scope)).toMatchObject({ is: 'running', fence })
  })

  test('it takes over what was given back, and a roll-back leaves that as it was', async () => {
    const db = shared()
    const scope = newScope()
    const { fence } = isGranted(await db.store.begin(scope, claim()))
    await db.store.note(scope, { fence, lease: LONG, name: 'charge', result: '1' })
    await db.store.abandon(scope, { fence, as: 'free' })

    await db.transact(scope, claim(), writes(scope, undefined))
    expect(await db.store.look(scope)).toEqual({ is: 'free' })
    const next = await db.transact(scope, claim(), writes(scope, 'done'))
    expect(next).toMatchObject({ end: 'committed', begun: { takeover: true, points: { charge: '1' } } })
    expect(isGranted(next.begun).fence).toBeGreaterThan(fence)
  })

  test('text of any kind is committed as it is', async () => {
    const db = shared()
    const scope = newScope()
    const outcome = `a\u0000b '"\\ 🕊 ${'x'.repeat(200_000)}`
    await db.transact(scope, claim(), writes(scope, outcome))

    const found = await db.store.look(scope)
    expect(found.is === 'completed' && found.outcome === outcome).toBe(true)
  })
}
