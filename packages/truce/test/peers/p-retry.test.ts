/** Faults reproduced on p-retry 9, and that Truce does not have them. */
import { AttemptTimeoutError, DeadlineError, dependency, explain } from 'truce'
import { scriptedDependency, virtualTime } from 'truce/testing'
import { expect, test } from 'vitest'
import { inventoryOf, refuse, watched } from './inventory.js'

/** When the attempts of one call start, ms. */
async function starts(random: () => number, options: object, attempts: number): Promise<number[]> {
  const time = virtualTime()
  const inventory = dependency('inventory', { clock: time.clock, random, budget: 'none', governor: 'none' })
  const read = inventory.operation('stock', { effect: 'read', attempts, deadline: '1h', ...options })
  const scripted = scriptedDependency([{ status: 500 }], { clock: time.clock })
  await time.run(read.outcome(scripted.attempt))
  return scripted.calls.map(({ at }) => at)
}

const waits = (at: readonly number[]): number[] => at.slice(1).map((start, index) => start - (at[index] as number))

// p-retry: no jitter unless asked for: all who failed together come back together.
test('p-retry: the default has no jitter', async () => {
  const [early, middle, late] = await Promise.all(
    [0.01, 0.5, 0.99].map((u) => starts(() => u, {}, 3).then((at) => at[1] as number)),
  )
  expect(middle).toBeGreaterThan(early as number)
  expect(late).toBeGreaterThan(middle as number)
})

// p-retry: 1225, 3375, 5000, 5000, 5000 …: at maxTimeout its jitter is cut off.
test('p-retry: jitter disappears at the cap', async () => {
  const backoff = { initial: 1_000, max: 5_000 }
  const low = waits(await starts(() => 0.2, { backoff }, 9))
  const high = waits(await starts(() => 0.8, { backoff }, 9))
  expect(low.slice(3)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000])
  expect(high.slice(3)).toEqual([4_000, 4_000, 4_000, 4_000, 4_000])
})

// p-retry: maxRetryTime is looked at between attempts only.
test('p-retry: the time for the call does not bound a hung attempt', async () => {
  const { time, operation } = inventoryOf()
  const scripted = scriptedDependency(['hang'])
  const read = operation({ attempts: 3, deadline: '2s', attemptTimeout: '5s' })
  const outcome = await time.run(read.outcome(scripted.attempt))
  expect([time.now(), outcome.attempts, scripted.calls[0]?.aborted]).toEqual([2_000, 1, true])
  expect([outcome.error, outcome.stop]).toEqual([expect.any(DeadlineError), 'deadline'])
})

// p-retry: and later attempts get time that the call does not have.
test('p-retry: the last attempt runs beyond the time for the call', async () => {
  const { time, operation } = inventoryOf()
  const scripted = scriptedDependency(['hang'], { clock: time.clock })
  const read = operation({
    attempts: 9,
    deadline: '2s',
    attemptTimeout: 800,
    backoff: { initial: 100, jitter: 'none' },
  })
  const outcome = await time.run(read.outcome(scripted.attempt))
  expect(time.now()).toBe(2_000)
  expect(outcome.error).toBeInstanceOf(DeadlineError)
  // Why the call had no time left stands in the cause.
  expect((outcome.error as Error).cause).toBeInstanceOf(AttemptTimeoutError)
  expect(scripted.calls.map(({ at }) => at)).toEqual([0, 900, 1_900])
})

// p-retry: the signal is looked at between attempts only.
test('p-retry: the signal does not end a hung attempt', async () => {
  const { time, operation } = inventoryOf()
  const controller = new AbortController()
  const left = new Error('left')
  // Not even a function that ignores its own signal keeps the caller.
  const call = watched(operation().run(() => new Promise(() => {}), { signal: controller.signal }))
  await time.advance(100)
  controller.abort(left)
  await time.settle()
  expect([call.error, explain(left)?.stop, time.now()]).toEqual([left, 'aborted', 100])
})

// p-retry#97: an abort while an attempt runs still waits the whole backoff.
test('p-retry #97: an abort during an attempt waits for the backoff after it', async () => {
  const { time, operation } = inventoryOf()
  const controller = new AbortController()
  const scripted = scriptedDependency([{ after: 100, error: new Error('reset') }], { clock: time.clock })
  const read = operation({ attempts: 3, backoff: { initial: 10_000, max: 10_000 } })
  const call = watched(read.run(scripted.attempt, { signal: controller.signal }))
  await time.advance(50)
  controller.abort()
  await time.settle()
  expect([call.ended, time.now(), time.pending.filter(({ keepsAlive }) => keepsAlive)]).toEqual(['badly', 50, []])
})

// p-retry: network TypeErrors were not retried, and fixed one browser's message at a time (#37, #41, #51).
test.each([
  'fetch failed',
  'Failed to fetch',
  'Load failed',
  'NetworkError when attempting to fetch resource.',
  'The network connection was lost.',
])('p-retry #37: a network TypeError is taken for a bug (%s)', async (message) => {
  const { time, operation } = inventoryOf()
  const scripted = scriptedDependency([{ error: new TypeError(message) }, 'ok'], { clock: time.clock })
  expect(await time.run(operation({ attempts: 2 }).run(scripted.attempt))).toBe('ok')
})

// p-retry: attempts is retries + 1; got retried with retries: 0 (got#786).
test('got #786: retries although none were wanted', async () => {
  const { time, operation } = inventoryOf()
  let calls = 0
  const outcome = await time.run(operation({ attempts: 1 }).outcome(() => (calls++, refuse())))
  expect([outcome.stop, calls]).toEqual(['attempts', 1])
})

// got#751: a POST was sent again after the client's own timeout.
test('got #751: a write is repeated after a timeout that tells nothing', async () => {
  const { time, operation } = inventoryOf()
  const scripted = scriptedDependency(['hang'])
  const charge = operation({ effect: 'write', idempotency: {}, attempts: 3, attemptTimeout: 100 })
  const outcome = await time.run(charge.outcome(scripted.attempt))
  expect([outcome.stop, outcome.explanation.certainty, scripted.calls.length]).toEqual(['unsafe', 'unknown', 1])
  const keyed = await time.run(charge.outcome(scripted.attempt, { key: 'order_7' }))
  expect([keyed.stop, scripted.calls.length]).toEqual(['attempts', 4])
})
