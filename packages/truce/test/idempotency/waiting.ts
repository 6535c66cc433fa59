/**
 * Cases: a duplicate waits for the run that it met.
 *
 * A change after the call must wake it, also where the store has yet to subscribe: to wake too early does
 * no harm, to sleep through it costs the caller its whole wait.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { claimOf, isGranted, LONG, newScope, type Subject } from './at-hand.js'

export function waiting(subject: () => Subject): void {
  const store = () => subject().store

  function changed(scope: string, ms: number, signal: AbortSignal): Promise<void> {
    const waited = store().changed?.(scope, ms, signal)
    return waited ?? expect.fail(`${store().name} has no changed(): a duplicate would have to poll`)
  }

  test('it ends when the run completes, for all who wait', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    const { signal } = new AbortController()
    const waits = Array.from({ length: 10 }, () => changed(scope, LONG, signal))

    await store().complete(scope, { fence, outcome: 'done', ttl: LONG })

    await Promise.all(waits)
    expect(await store().look(scope)).toMatchObject({ is: 'completed' })
  })

  test('it ends when the key is given back', async () => {
    for (const as of ['free', 'forget', 'unknown'] as const) {
      const scope = newScope()
      const { fence } = isGranted(await store().begin(scope, claimOf()))
      const wait = changed(scope, LONG, new AbortController().signal)
      await store().abandon(scope, { fence, as })
      await expect(wait).resolves.toBeUndefined()
    }
  })

  test('it ends once it has slept, too', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    const { signal } = new AbortController()
    const wait = changed(scope, LONG, signal)
    await changed(scope, 60, signal)
    await store().complete(scope, { fence, outcome: 'done', ttl: LONG })
    await expect(wait).resolves.toBeUndefined()
  })

  test('it ends after its time', async () => {
    const scope = newScope()
    await store().begin(scope, claimOf())
    await changed(scope, 20, new AbortController().signal)

    expect(await store().look(scope)).toMatchObject({ is: 'running' })
  })

  test('it ends after its time where nothing is known of the key', async () => {
    await expect(changed(newScope(), 20, new AbortController().signal)).resolves.toBeUndefined()
  })

  test('it ends when it is aborted, before and while it waits', async () => {
    const scope = newScope()
    await store().begin(scope, claimOf())
    await changed(scope, LONG, AbortSignal.abort())

    const controller = new AbortController()
    const wait = changed(scope, LONG, controller.signal)
    await store().look(scope)
    controller.abort()
    await expect(wait).resolves.toBeUndefined()
  })

  test('an aborted wait leaves the others waiting', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    const controller = new AbortController()
    const aborted = changed(scope, LONG, controller.signal)
    const wait = changed(scope, LONG, new AbortController().signal)
    controller.abort()
    await aborted
    await store().complete(scope, { fence, outcome: 'done', ttl: LONG })
    await expect(wait).resolves.toBeUndefined()
  })
}
