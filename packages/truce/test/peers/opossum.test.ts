/** Faults reproduced on opossum 10, and that Truce does not have them. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AttemptTimeoutError, dependency } from 'truce'
import { scriptedDependency, virtualTime } from 'truce/testing'
import { expect, test } from 'vitest'
import { FIVE_IN_A_ROW, inventoryOf, outage, refuse, watched } from './inventory.js'

// opossum: ESEMLOCKED is a failure; three calls over capacity open the breaker of a healthy dependency.
test('opossum 10: refusals for want of capacity count as failures of the dependency', async () => {
  const made = inventoryOf({ concurrency: { limit: 1, queue: 0 }, breaker: { ...FIVE_IN_A_ROW, failures: 3 } })
  const { time } = made
  const read = made.operation()
  const healthy = read.run(scriptedDependency([{ after: 100 }], { clock: time.clock }).attempt)
  const over = await Promise.all(Array.from({ length: 50 }, () => read.outcome(() => 'ok')))
  expect(new Set(over.map(({ stop }) => stop))).toEqual(new Set(['concurrency']))
  expect(made.inventory.state().breakerState).toBe('closed')
  expect(await time.run(healthy)).toBe('ok')
  expect(await time.run(read.run(() => 'ok'))).toBe('ok')
})

// opossum: with timeout: false nothing ever re-arms its timer, and it rejects until the process ends.
test('opossum 11: without timeouts, a hung probe leaves it half-open for ever', async () => {
  const made = inventoryOf({ breaker: { ...FIVE_IN_A_ROW, probes: 3, closeAfter: 2 } })
  const { time } = made
  const read = made.operation()
  await outage(made, read)
  await time.advance(500)
  const hang = scriptedDependency(['hang'])
  const probes = Array.from({ length: 3 }, () => watched(read.run(hang.attempt)))
  await time.settle()
  expect(hang.calls).toHaveLength(3)
  const answers = scriptedDependency(['ok'])
  for (let second = 0; second < 60; second++) {
    await time.advance(1_000)
    await read.outcome(answers.attempt)
  }
  expect(probes.map(({ ended }) => ended)).toEqual(['no', 'no', 'no'])
  expect(made.inventory.state().breakerState).toBe('closed')
  expect(answers.calls.length).toBeGreaterThan(45)
})

// opossum: that late success closes the circuit although no probe was sent.
test('opossum 12: a success from before the outage closes a half-open circuit', async () => {
  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  const { time } = made
  const read = made.operation()
  const old = [700, 900].map((after) =>
    watched(read.run(scriptedDependency([{ after }], { clock: time.clock }).attempt)),
  )
  await outage(made, read)
  await time.advance(800)
  expect([old[0]?.ended, made.inventory.state().breakerState]).toEqual(['well', 'half-open'])
  const probe = watched(read.run(scriptedDependency(['hang']).attempt))
  await time.advance(200)
  expect([old[1]?.ended, probe.ended, made.inventory.state().breakerState]).toEqual(['well', 'no', 'half-open'])
})

// opossum: one AbortController a breaker: a timeout aborts all that is in flight, later calls get its signal.
test('opossum 13: one timeout aborts a healthy neighbour and the calls after it', async () => {
  const { time, operation } = inventoryOf()
  const read = operation({ attemptTimeout: 100 })
  const hung = watched(read.run(scriptedDependency(['hang']).attempt))
  await time.advance(50)
  const neighbour = scriptedDependency([{ after: 90 }], { clock: time.clock })
  const healthy = read.run(neighbour.attempt)
  await time.advance(60)
  expect(hung.error).toBeInstanceOf(AttemptTimeoutError)
  expect(await time.run(read.run(({ signal }) => signal.aborted))).toBe(false)
  expect(await time.run(healthy)).toBe('ok')
  expect(neighbour.calls[0]?.aborted).toBe(false)
})

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

// opossum: keeps every latency of its window and sorts them all at each failure: 21 ms with 100,000 calls. What
// keeps nothing of a call has nothing to sort: the state must not grow with the calls in the window.
test('opossum 14: a failure costs as much as there were calls in the window', async () => {
  // Each reading is a microsecond later, so that every call has a latency; no alarm rings.
  let now = 0
  const clock = { ...virtualTime().clock, now: () => (now += 0.001) }
  // All parts; the window ends long after this test.
  const inventory = dependency('inventory', { clock, concurrency: 10, breaker: { slowCall: '1s', window: '1h' } })
  const read = inventory.operation('stock', { effect: 'read', attempts: 1, attemptTimeout: 100, deadline: '1s' })
  const calls = async (count: number): Promise<number> => {
    for (let call = 0; call < count; call++) await (call % 10 === 0 ? read.outcome(refuse) : read.run(() => 'ok'))
    gc()
    return process.memoryUsage().heapUsed
  }
  const held = [await calls(20_000), await calls(100_000), await calls(100_000)] as const
  expect(now).toBeLessThan(3_600_000)
  expect(inventory.state().breakerState).toBe('closed')
  // A number a call would be 800,000 bytes each time; other garbage of the process may be in either of them.
  expect(Math.min(held[1] - held[0], held[2] - held[1])).toBeLessThan(200_000)
}, 30_000)

// opossum#119 and five more over the years: open, or half-open, for ever.
test('opossum #119: it comes back by itself whenever the dependency does, with no call in between', async () => {
  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  const read = made.operation()
  for (const pause of [500, 3_600_000]) {
    await outage(made, read)
    expect(made.inventory.state().breakerState).toBe('open')
    await made.time.advance(pause)
    expect(made.inventory.state().breakerState).toBe('half-open')
    expect(await made.time.run(read.run(() => 'ok'))).toBe('ok')
    expect(made.inventory.state().breakerState).toBe('closed')
  }
})
