/**
 * Cases: how a run ends, and who may still say so.
 *
 * @module
 */
import { expect, test } from 'vitest'
import type { Held } from '../../src/policy/idempotency/record.js'
import {
  BRIEF,
  claimOf,
  isGranted,
  LONG,
  lookUntilForgotten,
  lookUntilLeaseEnded,
  newScope,
  type Subject,
} from './at-hand.js'

const KEPT = { is: 'kept' }

export function endings(subject: () => Subject): void {
  const store = () => subject().store

  async function claimed(changes = {}): Promise<{ scope: string; fence: number; created: number; run: string }> {
    const scope = newScope()
    const claim = claimOf(changes)
    const { fence, created } = isGranted(await store().begin(scope, claim))
    return { scope, fence, created, run: claim.run }
  }

  /** Each command that only a holder may give. */
  function commands(scope: string, fence: number): [string, () => Promise<Held>][] {
    return [
      ['complete', () => store().complete(scope, { fence, outcome: 'late', ttl: LONG })],
      ['abandon as free', () => store().abandon(scope, { fence, as: 'free' })],
      ['abandon as forget', () => store().abandon(scope, { fence, as: 'forget' })],
      ['abandon as unknown', () => store().abandon(scope, { fence, as: 'unknown' })],
      ['renew', () => store().renew(scope, { fence, lease: LONG })],
      ['note', () => store().note(scope, { fence, lease: LONG, name: 'late', result: 'late' })],
    ]
  }

  test('what was completed is found by look and by every later claim', async () => {
    const { scope, fence, created, run } = await claimed()

    expect(await store().complete(scope, { fence, outcome: '{"ok":true}', ttl: LONG })).toEqual(KEPT)

    const found = await store().look(scope)
    if (found.is !== 'completed') expect.fail(`found ${found.is}`)
    expect(found).toMatchObject({ fence, run, outcome: '{"ok":true}' })
    expect(found.created).toBeCloseTo(created, 0)
    expect(found.settled).toBeGreaterThanOrEqual(created - 1)
    expect(found.expires - found.settled).toBeCloseTo(LONG, 0)
    expect(found.now).toBeGreaterThanOrEqual(found.settled - 1)
    expect(found.now).toBeLessThan(found.expires)
    const begun = await store().begin(scope, claimOf())
    expect(begun).toEqual({ ...found, now: expect.any(Number) })
    // Also by the run itself, whose answer to complete was lost.
    expect(await store().begin(scope, claimOf({ run }))).toEqual({ ...found, now: expect.any(Number) })
  })

  test('a completion whose answer was lost may be repeated; the first one counts', async () => {
    const { scope, fence } = await claimed()
    await store().complete(scope, { fence, outcome: 'first', ttl: LONG })
    const first = await store().look(scope)

    expect(await store().complete(scope, { fence, outcome: 'second', ttl: BRIEF })).toEqual(KEPT)

    expect(await store().look(scope)).toEqual({ ...first, now: expect.any(Number) })
  })

  test('an empty outcome is an outcome', async () => {
    const { scope, fence } = await claimed()
    await store().complete(scope, { fence, outcome: '', ttl: LONG })

    expect(await store().begin(scope, claimOf())).toMatchObject({ is: 'completed', outcome: '' })
  })

  test('of 20 completions at once all are kept and one counts', async () => {
    const { scope, fence } = await claimed()

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => store().complete(scope, { fence, outcome: `${i}`, ttl: LONG })),
    )

    for (const answer of answers) expect(answer).toEqual(KEPT)
    const first = await store().look(scope)
    expect(await store().begin(scope, claimOf())).toEqual({ ...first, now: expect.any(Number) })
  })

  test('a run past its lease still speaks for the key while nobody took over', async () => {
    for (const [name, index] of [['complete', 0] as const, ['abandon', 1] as const, ['renew', 4] as const]) {
      const { scope, fence } = await claimed({ lease: BRIEF })
      expect(await lookUntilLeaseEnded(store(), scope)).toMatchObject({ is: 'unknown' })

      expect([name, await commands(scope, fence)[index]?.[1]()]).toEqual([name, KEPT])
      const is = { complete: 'completed', abandon: 'free', renew: 'running' }[name]
      expect([name, await store().look(scope)]).toMatchObject([name, { is }])
    }
  })

  test('a zombie is refused by the run that took over, and told of it', async () => {
    const { scope, fence } = await claimed({ mode: 'derived-key', lease: BRIEF })
    await lookUntilLeaseEnded(store(), scope)
    const next = isGranted(await store().begin(scope, claimOf()))

    for (const [name, command] of commands(scope, fence)) {
      expect([name, await command()]).toMatchObject([name, { is: 'lost', found: { is: 'running', fence: next.fence } }])
    }
    expect(await store().complete(scope, { fence: next.fence, outcome: 'winner', ttl: LONG })).toEqual(KEPT)
    for (const [name, command] of commands(scope, fence)) {
      const found = { is: 'completed', fence: next.fence, outcome: 'winner' }
      expect([name, await command()]).toMatchObject([name, { is: 'lost', found }])
    }
    expect(await store().look(scope)).toMatchObject({ is: 'completed', fence: next.fence, outcome: 'winner' })
  })

  test('a zombie is refused where the key was given back or ended in the dark', async () => {
    for (const as of ['free', 'forget', 'unknown'] as const) {
      const { scope, fence } = await claimed()
      expect(await store().abandon(scope, { fence, as })).toEqual(KEPT)
      const is = as === 'unknown' ? 'unknown' : 'free'

      for (const [name, command] of commands(scope, fence)) {
        expect([`${name} after ${as}`, await command()]).toMatchObject([
          `${name} after ${as}`,
          { is: 'lost', found: { is } },
        ])
      }
      expect(await store().look(scope)).toMatchObject({ is })
    }
  })

  test('a completed run is neither given back nor renewed nor noted by its own fence', async () => {
    const { scope, fence } = await claimed()
    await store().complete(scope, { fence, outcome: 'done', ttl: LONG })
    const before = await store().look(scope)

    for (const [name, command] of commands(scope, fence).slice(1)) {
      expect([name, await command()]).toMatchObject([name, { is: 'lost', found: { is: 'completed', outcome: 'done' } }])
    }
    expect(await store().look(scope)).toEqual({ ...before, now: expect.any(Number) })
  })

  test('nobody holds a key without a record, or by a fence that was never given', async () => {
    const nowhere = newScope()
    for (const [name, command] of commands(nowhere, 7)) {
      expect([name, await command()]).toEqual([name, { is: 'lost', found: { is: 'absent' } }])
    }
    expect(await store().look(nowhere)).toEqual({ is: 'absent' })

    const { scope, fence } = await claimed()
    for (const wrong of [fence - 1, fence + 1, 0]) {
      for (const [name, command] of commands(scope, wrong)) {
        expect([name, await command()]).toMatchObject([name, { is: 'lost', found: { is: 'running', fence } }])
      }
    }
  })

  test('a heartbeat renews the lease and never shortens it', async () => {
    const { scope, fence } = await claimed({ lease: LONG })

    expect(await store().renew(scope, { fence, lease: BRIEF })).toEqual(KEPT)
    expect(await store().look(scope)).toMatchObject({ is: 'running', left: expect.closeTo(LONG, -5) })
    expect(await store().renew(scope, { fence, lease: 3 * LONG })).toEqual(KEPT)
    expect(await store().look(scope)).toMatchObject({ is: 'running', left: expect.closeTo(3 * LONG, -5) })
  })

  test('a heartbeat also prolongs what would run out', async () => {
    const { scope, fence } = await claimed({ lease: LONG, ttl: BRIEF })
    await store().renew(scope, { fence, lease: 2 * LONG })
    await store().abandon(scope, { fence, as: 'unknown' })

    expect(await store().begin(scope, claimOf())).toMatchObject({ is: 'unknown' })
  })

  test('what was given back runs again with its finished steps', async () => {
    const { scope, fence, created } = await claimed({ mode: 'derived-key' })
    await store().note(scope, { fence, lease: LONG, name: 'charge', result: '{"id":1}' })
    await store().note(scope, { fence, lease: LONG, name: 'mail', result: 'sent' })
    expect(await store().abandon(scope, { fence, as: 'free' })).toEqual(KEPT)
    expect(await store().look(scope)).toEqual({ is: 'free' })

    const next = isGranted(await store().begin(scope, claimOf({ mode: 'derived-key' })))

    expect(next).toMatchObject({ takeover: true, reconcile: false, points: { charge: '{"id":1}', mail: 'sent' } })
    expect(next.created).toBeCloseTo(created, 0)
  })

  test('finished steps survive the end of a lease, a repeat overwrites, a lost note is noted again', async () => {
    const { scope, fence } = await claimed({ mode: 'derived-key', lease: BRIEF })
    for (const result of ['1', '1', '2']) {
      const step = { fence, lease: BRIEF, name: 'charge', result }
      expect(await store().note(scope, step)).toEqual(KEPT)
    }
    await lookUntilLeaseEnded(store(), scope)

    const claim = claimOf({ mode: 'derived-key' })
    expect(isGranted(await store().begin(scope, claim)).points).toEqual({ charge: '2' })
    expect(isGranted(await store().begin(scope, claim)).points).toEqual({ charge: '2' })
  })

  test('a note renews the lease', async () => {
    const { scope, fence } = await claimed({ lease: BRIEF })
    await lookUntilLeaseEnded(store(), scope)
    await store().note(scope, { fence, lease: LONG, name: 'charge', result: '1' })

    expect(await store().look(scope)).toMatchObject({ is: 'running', fence, left: expect.closeTo(LONG, -5) })
  })

  test('what is forgotten begins without steps and anew', async () => {
    const { scope, fence } = await claimed({ mode: 'derived-key' })
    await store().note(scope, { fence, lease: LONG, name: 'charge', result: '1' })
    await store().abandon(scope, { fence, as: 'forget' })

    expect(isGranted(await store().begin(scope, claimOf({ fingerprint: 'other' }))).points).toEqual({})
  })

  test('what ended in the dark stays so in every mode, until somebody can find out', async () => {
    const { scope, fence, created } = await claimed({ mode: 'derived-key' })
    await store().note(scope, { fence, lease: LONG, name: 'charge', result: '1' })
    expect(await store().abandon(scope, { fence, as: 'unknown' })).toEqual(KEPT)

    for (const mode of ['at-most-once', 'derived-key', 'transaction'] as const) {
      const found = { is: 'unknown', created: expect.closeTo(created, 1) }
      expect(await store().begin(scope, claimOf({ mode }))).toEqual(found)
    }
    const next = isGranted(await store().begin(scope, claimOf({ reconcile: true })))
    expect(next).toMatchObject({ reconcile: true, takeover: true, points: { charge: '1' } })
    await store().complete(scope, { fence: next.fence, outcome: 'found out', ttl: LONG })
    expect(await store().begin(scope, claimOf())).toMatchObject({ is: 'completed', outcome: 'found out' })
  })

  test('a result is remembered for its time to live, counted from its end', async () => {
    const { scope, fence } = await claimed({ ttl: BRIEF, lease: LONG })
    await store().complete(scope, { fence, outcome: 'done', ttl: LONG })
    expect(await store().begin(scope, claimOf())).toMatchObject({ is: 'completed', outcome: 'done' })

    const brief = await claimed({ ttl: LONG, lease: LONG })
    await store().complete(brief.scope, { fence: brief.fence, outcome: 'done', ttl: BRIEF })
    await lookUntilForgotten(store(), brief.scope)
    const next = isGranted(await store().begin(brief.scope, claimOf()))
    expect(next).toMatchObject({ takeover: false, reconcile: false, points: {} })
    expect(next.created).toBeGreaterThan(brief.created)
  })

  test('a run that lost its key to time and to another cannot end the other’s', async () => {
    const { scope, fence } = await claimed({ ttl: BRIEF, lease: BRIEF })
    await lookUntilForgotten(store(), scope)
    const next = isGranted(await store().begin(scope, claimOf()))
    expect(next).toMatchObject({ takeover: false, points: {} })

    for (const [name, command] of commands(scope, fence)) {
      expect([name, await command()]).toMatchObject([name, { is: 'lost', found: { is: 'running', fence: next.fence } }])
    }
  })
}
