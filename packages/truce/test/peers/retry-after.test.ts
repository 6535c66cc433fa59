/** Faults reproduced on the AWS SDK's standard retry (smithy 4.6) and on undici 7's RetryAgent. */
import { dependency } from 'truce'
import { scriptedDependency, virtualTime } from 'truce/testing'
import { expect, test } from 'vitest'
import { inventoryOf, refuse, watched } from './inventory.js'

const hint = (seconds: string) => ({ status: 503, headers: { 'retry-after': seconds } })

// AWS: the server says 60 s, the client comes after 5.05 s: the wait is cut to its backoff and 5 s.
test.each([0, 0.5, 0.999])('AWS: Retry-After 60 s is shortened to 5 (random %d)', async (u) => {
  const { time, operation } = inventoryOf({ random: () => u })
  const scripted = scriptedDependency([hint('60'), 'ok'], { clock: time.clock })
  await time.run(operation({ attempts: 2, backoff: { initial: 100, max: 5_000 } }).run(scripted.attempt))
  expect(scripted.calls[1]?.at).toBeGreaterThanOrEqual(60_000)
  expect(scripted.calls[1]?.at).toBeLessThanOrEqual(66_000)
})

// AWS: or it comes too early rather than not at all.
test('AWS: a wait that does not fit is shortened instead of given up', async () => {
  const { time, operation } = inventoryOf()
  const scripted = scriptedDependency([hint('60'), 'ok'], { clock: time.clock })
  const outcome = await time.run(operation({ attempts: 2, deadline: '10s' }).outcome(scripted.attempt))
  expect([outcome.stop, outcome.explanation.retryAt, time.now()]).toEqual(['deadline', 60_000, 0])
  expect(scripted.calls).toHaveLength(1)
})

// AWS: the sleeping retry's timer is not cleared: a process whose calls have all been aborted lives on.
test('AWS: an aborted retry leaves its timer behind', async () => {
  const { time, operation } = inventoryOf()
  const controller = new AbortController()
  const read = operation({ attempts: 2, backoff: { initial: 60_000, max: 60_000 } })
  const call = watched(read.run(refuse, { signal: controller.signal }))
  await time.settle()
  expect(time.pending.some(({ keepsAlive }) => keepsAlive)).toBe(true)
  controller.abort()
  await time.settle()
  expect([call.ended, time.pending.some(({ keepsAlive }) => keepsAlive)]).toEqual(['badly', false])
})

// AWS: each client has a bucket of its own: k clients of one service send k buckets of retries.
test('AWS: the budget is per client', async () => {
  const time = virtualTime()
  const inventory = dependency('inventory', { clock: time.clock, random: () => 0.5, breaker: 'none', governor: 'none' })
  const scripted = scriptedDependency([{ status: 503 }], { clock: time.clock })
  const clients = Array.from({ length: 10 }, (_, n) => inventory.operation(`stock-${n}`, { effect: 'read' }))
  await time.run(Promise.all(clients.map((client) => client.outcome(scripted.attempt))))
  // Ten originals, and one bucket for all of them: a call's worth.
  expect(scripted.calls).toHaveLength(12)
})

// undici: Retry-After 2 s with maxTimeout 300 is retried after 300 ms.
test('undici: Retry-After is cut to the longest backoff', async () => {
  const { time, operation } = inventoryOf()
  const scripted = scriptedDependency([hint('2'), 'ok'], { clock: time.clock })
  await time.run(operation({ attempts: 2, backoff: { initial: 100, max: 300 } }).run(scripted.attempt))
  expect(scripted.calls[1]?.at).toBeGreaterThanOrEqual(2_000)
})

// undici, and all peers that honour it: whoever was told 2 s comes back in the same instant.
test('undici: all who were told the same wait come back in step', async () => {
  const starts = await Promise.all(
    [0.1, 0.5, 0.9].map(async (u) => {
      const { time, operation } = inventoryOf({ random: () => u })
      const scripted = scriptedDependency([hint('2'), 'ok'], { clock: time.clock })
      await time.run(operation({ attempts: 2 }).run(scripted.attempt))
      return scripted.calls[1]?.at as number
    }),
  )
  expect(starts).toEqual([2_020, 2_100, 2_180])
})

// undici: 102, 201, 401 ms, the same for everybody.
test('undici: backoff has no jitter', async () => {
  const starts = await Promise.all(
    [0.25, 0.75].map(async (u) => {
      const { time, operation } = inventoryOf({ random: () => u })
      const scripted = scriptedDependency([{ status: 503 }], { clock: time.clock })
      await time.run(operation({ attempts: 4, backoff: { initial: 100 } }).run(scripted.attempt))
      return scripted.calls.map(({ at }) => at)
    }),
  )
  expect(starts).toEqual([
    [0, 25, 75, 175],
    [0, 75, 225, 525],
  ])
})

// undici#3975: its unreferenced timer let the process exit with retries pending (exit code 13). And the other way
// round (PR#5675), a timer that nobody waits for must not keep it.
test('undici #3975: a pending retry does not keep the process alive', async () => {
  const { time, operation } = inventoryOf()
  const kept = (): boolean => time.pending.some(({ keepsAlive }) => keepsAlive)
  const read = operation({ attempts: 2, attemptTimeout: '5s', backoff: { initial: 1_000 } })
  const scripted = scriptedDependency([{ status: 503 }, 'hang'], { clock: time.clock })
  const call = read.outcome(scripted.attempt)
  await time.settle()
  expect([scripted.calls.length, kept()]).toEqual([1, true])
  await time.advance(500)
  expect([scripted.calls.length, kept()]).toEqual([2, false])
  expect((await time.run(call)).class).toBe('timeout')
})
