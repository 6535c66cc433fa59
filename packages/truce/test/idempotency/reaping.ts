/**
 * Cases: what ran out is deleted, and nothing else.
 *
 * @module
 */
import { expect, test } from 'vitest'
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

export function reaping(subject: () => Subject): void {
  const store = () => subject().store

  async function reapAll(): Promise<void> {
    for (let rounds = 0; (await store().reap(1_000)) > 0; rounds++) expect(rounds).toBeLessThan(1_000)
  }

  test('in batches, until none is left', async () => {
    await reapAll()
    const scopes = Array.from({ length: 7 }, newScope)
    for (const scope of scopes) {
      const { fence } = isGranted(await store().begin(scope, claimOf()))
      await store().complete(scope, { fence, outcome: 'done', ttl: BRIEF })
    }
    for (const scope of scopes) await lookUntilForgotten(store(), scope)

    const batches = []
    for (let round = 0; round < 5; round++) batches.push(await store().reap(3))

    expect(batches).toEqual(subject().expiresByItself ? [0, 0, 0, 0, 0] : [3, 3, 1, 0, 0])
  })

  test('whatever must still be remembered stays', async () => {
    const running = newScope()
    await store().begin(running, claimOf({ ttl: BRIEF }))
    const dark = newScope()
    await store().begin(dark, claimOf({ lease: BRIEF }))
    const ended = newScope()
    await store().begin(ended, claimOf({ mode: 'derived-key', lease: BRIEF }))
    const unknown = newScope()
    const { fence } = isGranted(await store().begin(unknown, claimOf()))
    await store().abandon(unknown, { fence, as: 'unknown' })
    const free = newScope()
    const given = isGranted(await store().begin(free, claimOf()))
    await store().note(free, { fence: given.fence, lease: LONG, name: 'charge', result: '1' })
    await store().abandon(free, { fence: given.fence, as: 'free' })
    const completed = newScope()
    const done = isGranted(await store().begin(completed, claimOf()))
    await store().complete(completed, { fence: done.fence, outcome: 'done', ttl: LONG })
    await lookUntilLeaseEnded(store(), dark)
    await lookUntilLeaseEnded(store(), ended)

    await reapAll()

    expect(await store().look(running)).toMatchObject({ is: 'running' })
    expect(await store().look(dark)).toMatchObject({ is: 'unknown' })
    expect(await store().look(ended)).toMatchObject({ is: 'running', left: 0 })
    expect(await store().look(unknown)).toMatchObject({ is: 'unknown' })
    expect(await store().look(completed)).toMatchObject({ is: 'completed', outcome: 'done' })
    expect(isGranted(await store().begin(free, claimOf())).points).toEqual({ charge: '1' })
  })

  test('a run whose record was deleted can no longer end it', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf({ lease: BRIEF, ttl: BRIEF })))
    await lookUntilForgotten(store(), scope)
    await reapAll()

    const late = await store().complete(scope, { fence, outcome: 'late', ttl: LONG })
    expect(late).toEqual({ is: 'lost', found: { is: 'absent' } })
    expect(await store().look(scope)).toEqual({ is: 'absent' })
  })
}
