/**
 * Cases: who is given the right to run.
 *
 * @module
 */
import { expect, test } from 'vitest'
import type { Mode } from '../../src/policy/idempotency/record.js'
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

export function claims(subject: () => Subject): void {
  const store = () => subject().store

  test('nothing is known of a new key', async () => {
    expect(await store().look(newScope())).toEqual({ is: 'absent' })
  })

  test('the first claim is granted, without points and without anything to find out', async () => {
    const granted = isGranted(await store().begin(newScope(), claimOf()))

    expect(granted).toMatchObject({ points: {}, takeover: false, reconcile: false })
    expect(Number.isSafeInteger(granted.fence)).toBe(true)
    expect(granted.fence).toBeGreaterThan(0)
  })

  test('a fence is the store’s time in µs', async () => {
    const { fence, created } = isGranted(await store().begin(newScope(), claimOf()))

    expect(Math.abs(fence / 1_000 - created)).toBeLessThan(1)
  })

  test('a second claim finds it running, and how long its lease still is', async () => {
    const scope = newScope()
    const { fence, created } = isGranted(await store().begin(scope, claimOf()))

    const second = await store().begin(scope, claimOf())

    expect(second).toEqual({ is: 'running', fence, left: expect.any(Number), created: expect.closeTo(created, 1) })
    expect(second).toEqual(expect.objectContaining({ left: expect.closeTo(LONG, -5) }))
    expect(await store().look(scope)).toMatchObject({ is: 'running', fence })
  })

  test('of 100 claims at once exactly one is granted', async () => {
    const scope = newScope()

    const answers = await Promise.all(Array.from({ length: 100 }, () => store().begin(scope, claimOf())))

    const granted = answers.filter((answer) => answer.is === 'granted')
    expect(granted).toHaveLength(1)
    const fence = granted[0]?.fence
    for (const answer of answers) if (answer.is !== 'granted') expect(answer).toMatchObject({ is: 'running', fence })
  })

  test('of 100 claims of a lease that ended exactly one takes over', async () => {
    const scope = newScope()
    await store().begin(scope, claimOf({ mode: 'derived-key', lease: BRIEF }))
    await lookUntilLeaseEnded(store(), scope)

    const answers = await Promise.all(
      Array.from({ length: 100 }, () => store().begin(scope, claimOf({ mode: 'derived-key' }))),
    )

    expect(answers.filter((answer) => answer.is === 'granted')).toHaveLength(1)
  })

  test('100 keys at once are granted each, with their own records', async () => {
    const scopes = Array.from({ length: 100 }, newScope)

    const answers = await Promise.all(
      scopes.map(async (scope) => isGranted(await store().begin(scope, claimOf({ run: scope })))),
    )
    await Promise.all(
      scopes.map((scope, i) =>
        store().complete(scope, { fence: answers[i]?.fence ?? 0, outcome: `of ${scope}`, ttl: LONG }),
      ),
    )

    for (const scope of scopes) expect(await store().look(scope)).toMatchObject({ run: scope, outcome: `of ${scope}` })
  })

  test('a claim whose answer was lost finds itself when it is repeated', async () => {
    const scope = newScope()
    const claim = claimOf()
    const first = isGranted(await store().begin(scope, claim))

    const again = isGranted(await store().begin(scope, claim))

    expect(again).toMatchObject({ fence: first.fence, takeover: false, reconcile: false, points: {} })
    expect(again.created).toBeCloseTo(first.created, 0)
  })

  test('a repeated claim renews its own lease', async () => {
    const scope = newScope()
    const claim = claimOf({ lease: BRIEF })
    const first = isGranted(await store().begin(scope, claim))
    await lookUntilLeaseEnded(store(), scope)

    const again = isGranted(await store().begin(scope, { ...claim, lease: LONG }))

    expect(again.fence).toBe(first.fence)
    expect(await store().look(scope)).toMatchObject({ is: 'running', fence: first.fence })
  })

  test('fences grow when a key is given back and claimed again', async () => {
    const scope = newScope()
    let last = 0
    for (const as of ['free', 'forget', 'free', 'forget'] as const) {
      const { fence } = isGranted(await store().begin(scope, claimOf()))
      expect(fence).toBeGreaterThan(last)
      last = fence
      await store().abandon(scope, { fence, as })
    }
  })

  test('fences grow when a lease ends and another takes over', async () => {
    const scope = newScope()
    let last = 0
    for (let takeover = 0; takeover < 3; takeover++) {
      const { fence } = isGranted(await store().begin(scope, claimOf({ mode: 'derived-key', lease: BRIEF })))
      expect(fence).toBeGreaterThan(last)
      last = fence
      await lookUntilLeaseEnded(store(), scope)
    }
  })

  test('fences grow after a record ran out, deleted or not', async () => {
    const scope = newScope()
    let last = 0
    for (const reaps of [false, true, true]) {
      const { fence } = isGranted(await store().begin(scope, claimOf()))
      expect(fence).toBeGreaterThan(last)
      last = fence
      await store().complete(scope, { fence, outcome: 'done', ttl: BRIEF })
      await lookUntilForgotten(store(), scope)
      if (reaps) while ((await store().reap(1_000)) > 0);
    }
  })

  test('another payload under the key is refused while it runs, and runs nothing', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))

    expect(await store().begin(scope, claimOf({ fingerprint: 'other' }))).toEqual({ is: 'mismatch' })
    expect(await store().look(scope)).toMatchObject({ is: 'running', fence })
  })

  test('another payload is refused when it has completed, ended in the dark or was given back', async () => {
    for (const end of ['completed', 'unknown', 'free'] as const) {
      const scope = newScope()
      const { fence } = isGranted(await store().begin(scope, claimOf()))
      if (end === 'completed') await store().complete(scope, { fence, outcome: 'done', ttl: LONG })
      else await store().abandon(scope, { fence, as: end })

      const other = claimOf({ fingerprint: 'other', reconcile: true })
      expect([end, await store().begin(scope, other)]).toEqual([end, { is: 'mismatch' }])
    }
  })

  test('another payload is refused by name of the same run too', async () => {
    const scope = newScope()
    const claim = claimOf()
    await store().begin(scope, claim)

    expect(await store().begin(scope, { ...claim, fingerprint: 'other' })).toEqual({ is: 'mismatch' })
  })

  test('another payload may come where nothing was applied', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    await store().abandon(scope, { fence, as: 'forget' })

    isGranted(await store().begin(scope, claimOf({ fingerprint: 'other' })))
    expect(await store().begin(scope, claimOf())).toEqual({ is: 'mismatch' })
  })

  test('another payload may come once the record ran out', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    await store().complete(scope, { fence, outcome: 'done', ttl: BRIEF })
    await lookUntilForgotten(store(), scope)

    const next = isGranted(await store().begin(scope, claimOf({ fingerprint: 'other' })))
    expect(next).toMatchObject({ takeover: false, points: {} })
  })

  test.for<[Mode, 'granted' | 'unknown']>([
    ['transaction', 'granted'],
    ['derived-key', 'granted'],
    ['at-most-once', 'unknown'],
  ])('a lease that ended in mode %s is %s to the next claim', async ([mode, is]) => {
    const scope = newScope()
    const first = isGranted(await store().begin(scope, claimOf({ mode, lease: BRIEF })))
    const found = await lookUntilLeaseEnded(store(), scope)
    expect(found).toMatchObject(is === 'unknown' ? { is } : { is: 'running', left: 0, fence: first.fence })

    const next = await store().begin(scope, claimOf({ mode }))

    expect(next.is).toBe(is)
    if (next.is === 'granted') {
      expect(next).toMatchObject({ takeover: true, reconcile: false })
      expect(next.created).toBeCloseTo(first.created, 0)
    }
  })

  test('the mode of whoever holds it decides, not of whoever asks', async () => {
    const scope = newScope()
    await store().begin(scope, claimOf({ mode: 'at-most-once', lease: BRIEF }))
    await lookUntilLeaseEnded(store(), scope)

    expect(await store().begin(scope, claimOf({ mode: 'derived-key' }))).toMatchObject({ is: 'unknown' })
  })

  test('whoever can find out what an unknown run did is given the right to do so', async () => {
    const scope = newScope()
    const first = isGranted(await store().begin(scope, claimOf({ lease: BRIEF })))
    await lookUntilLeaseEnded(store(), scope)

    const claim = claimOf({ reconcile: true })
    const next = isGranted(await store().begin(scope, claim))

    expect(next).toMatchObject({ takeover: true, reconcile: true })
    expect(next.fence).toBeGreaterThan(first.fence)
    expect(await store().begin(scope, claimOf({ reconcile: true }))).toMatchObject({ is: 'running', fence: next.fence })
    // Its answer was lost: what it has to find out is not.
    const again = isGranted(await store().begin(scope, claim))
    expect(again).toMatchObject({ fence: next.fence, takeover: true, reconcile: true })
  })

  test('a reconciliation that ends in the dark stays unknown, whatever mode it was claimed in', async () => {
    const scope = newScope()
    await store().begin(scope, claimOf({ lease: BRIEF }))
    await lookUntilLeaseEnded(store(), scope)
    isGranted(await store().begin(scope, claimOf({ reconcile: true, mode: 'derived-key', lease: BRIEF })))
    await lookUntilLeaseEnded(store(), scope)

    expect(await store().begin(scope, claimOf({ mode: 'derived-key' }))).toMatchObject({ is: 'unknown' })
  })

  test('a key older than the time to live and without a record is expired, and nothing is written', async () => {
    const scope = newScope()

    expect(await store().begin(scope, claimOf({ age: LONG + 1 }))).toEqual({ is: 'expired' })
    expect(await store().look(scope)).toEqual({ is: 'absent' })
    isGranted(await store().begin(scope, claimOf({ age: LONG })))
  })

  test('a key that was made too long ago by the store’s clock is expired', async () => {
    const { created: now } = isGranted(await store().begin(newScope(), claimOf()))

    expect(await store().begin(newScope(), claimOf({ born: now - LONG - 1 }))).toEqual({ is: 'expired' })
    isGranted(await store().begin(newScope(), claimOf({ born: now - LONG / 2 })))
    // Of a worker whose clock is ahead.
    isGranted(await store().begin(newScope(), claimOf({ born: now + LONG })))
  })

  test('what its caller says of its age counts before what the key says', async () => {
    const { created: now } = isGranted(await store().begin(newScope(), claimOf()))

    isGranted(await store().begin(newScope(), claimOf({ age: 0, born: now - 2 * LONG })))
    expect(await store().begin(newScope(), claimOf({ age: 2 * LONG, born: now }))).toEqual({ is: 'expired' })
  })

  test('an old key with a record is answered from the record', async () => {
    const scope = newScope()
    const claim = claimOf()
    const { fence } = isGranted(await store().begin(scope, claim))
    const old = { age: 2 * LONG }

    expect(await store().begin(scope, claimOf(old))).toMatchObject({ is: 'running' })
    expect(isGranted(await store().begin(scope, { ...claim, ...old })).fence).toBe(fence)
    await store().complete(scope, { fence, outcome: 'done', ttl: LONG })
    expect(await store().begin(scope, claimOf(old))).toMatchObject({ is: 'completed', outcome: 'done' })
  })

  test('an old key whose record ran out is expired, not new', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    await store().complete(scope, { fence, outcome: 'done', ttl: BRIEF })
    await lookUntilForgotten(store(), scope)

    expect(await store().begin(scope, claimOf({ age: 2 * LONG }))).toEqual({ is: 'expired' })
  })

  test('a run that holds its lease outlives its time to live', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf({ ttl: BRIEF })))
    const other = newScope()
    await store().begin(other, claimOf({ ttl: BRIEF, lease: BRIEF }))
    await lookUntilForgotten(store(), other)

    expect(await store().begin(scope, claimOf())).toMatchObject({ is: 'running', fence })
  })
}
