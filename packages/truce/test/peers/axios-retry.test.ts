/** Faults reproduced on axios-retry 4.5, and that Truce does not have them. */
import { dependency } from 'truce'
import { scriptedDependency, seeded, virtualTime } from 'truce/testing'
import { expect, test } from 'vitest'
import { inventoryOf } from './inventory.js'

// axios-retry: by default four requests in about 50 ms (gaps 43, 5, 4 ms) to a server that answers 503.
test('axios-retry: the defaults fire four requests at once at an overloaded server', async () => {
  const time = virtualTime()
  const inventory = dependency('inventory', { clock: time.clock, random: () => 0.5 })
  const scripted = scriptedDependency([{ status: 503 }], { clock: time.clock })
  const response = await time.run(inventory.operation('stock', { effect: 'read' }).run(scripted.attempt))
  expect(response.status).toBe(503)
  expect(scripted.calls.map(({ at }) => at)).toEqual([0, 50, 150])
})

// axios-retry: nothing bounds retries together: an outage is four times the load.
test('axios-retry: in an outage every call is sent four times', async () => {
  const time = virtualTime()
  const inventory = dependency('inventory', { clock: time.clock, random: seeded(7), breaker: 'none' })
  const scripted = scriptedDependency([{ status: 503 }], { clock: time.clock })
  const read = inventory.operation('stock', { effect: 'read' })
  const stops: string[] = []
  for (let call = 0; call < 1_000; call++) {
    stops.push((await time.run(read.outcome(scripted.attempt))).stop)
    await time.advance(10)
  }
  // A call's worth of retries to begin with, nothing more until originals succeed.
  expect(scripted.calls).toHaveLength(1_002)
  expect(stops.slice(2).every((stop) => stop === 'budget')).toBe(true)
})

// axios-retry#8, #185: asked for again and again since 2017.
test('axios-retry #8: timeouts are not retried', async () => {
  const { time, operation } = inventoryOf()
  const scripted = scriptedDependency(['hang', 'ok'], { clock: time.clock })
  expect(await time.run(operation({ attempts: 2, attemptTimeout: 100 }).run(scripted.attempt))).toBe('ok')
})

// axios-retry#106: one `timeout` is shared by all attempts, so that late ones get almost no time.
test('axios-retry #106: a retry gets what the attempts before it left of their timeout', async () => {
  const { time, operation } = inventoryOf()
  const slow = scriptedDependency(
    [
      { after: 90, status: 503 },
      { after: 90, status: 503 },
      { after: 90, value: 'ok' },
    ],
    {
      clock: time.clock,
    },
  )
  const read = operation({ attempts: 3, attemptTimeout: 100, backoff: { initial: 50 } })
  expect(await time.run(read.run(slow.attempt))).toBe('ok')
  expect(slow.calls.every(({ aborted }) => !aborted)).toBe(true)
})
