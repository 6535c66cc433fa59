/** What changes for who comes from p-retry 7: on p-retry, then on Truce. */
import pRetry from 'p-retry'
import { AttemptTimeoutError, dependency, retry } from 'truce'
import { scriptedDependency, virtualTime } from 'truce/testing'
import { expect, test } from 'vitest'
import { inventoryOf, refuse, watched } from '../peers/inventory.js'
import { claimsAreTested, faked, pass } from './changes.js'

/** When p-retry's attempts start, ms. */
const startsOf = (options: object) =>
  faked(async () => {
    const starts: number[] = []
    const began = Date.now()
    const call = watched(pRetry(() => (starts.push(Date.now() - began), refuse()), options))
    await pass(3_600_000)
    return { starts, call }
  })

const waits = (starts: readonly number[]): number[] => starts.slice(1).map((at, i) => at - (starts[i] as number))

claimsAreTested('p-retry')

test('Three attempts within 10 s, not eleven within 17 minutes', async () => {
  const { starts } = await startsOf({})
  expect([starts.length, starts.at(-1)]).toEqual([11, 1_023_000])

  const { time, inventory } = inventoryOf()
  const script = scriptedDependency([{ error: new Error('reset') }], { clock: time.clock })
  await time.run(inventory.operation('stock', { effect: 'read' }).outcome(script.attempt))
  expect(script.calls.map(({ at }) => at)).toEqual([0, 50, 150])
})

test('Waits have full jitter', async () => {
  const once = await startsOf({ retries: 3 })
  const again = await startsOf({ retries: 3 })
  expect([waits(once.starts), again.starts]).toEqual([[1_000, 2_000, 4_000], once.starts])

  const ours = await Promise.all(
    [0.2, 0.8].map(async (u) => {
      const { time, operation } = inventoryOf({ random: () => u })
      const script = scriptedDependency([{ status: 503 }], { clock: time.clock })
      await time.run(operation({ attempts: 4, backoff: { initial: 1_000 } }).run(script.attempt))
      return waits(script.calls.map(({ at }) => at))
    }),
  )
  expect(ours).toEqual([
    [200, 400, 400],
    [800, 1_600, 1_600],
  ])
})

test('The longest waits have jitter too', async () => {
  const { starts } = await startsOf({ randomize: true, retries: 8, maxTimeout: 1_000 })
  expect(waits(starts)).toEqual(Array<number>(8).fill(1_000))

  const { time, operation } = inventoryOf({ random: () => 0.3 })
  const script = scriptedDependency([{ status: 503 }], { clock: time.clock })
  const backoff = { initial: 1_000, max: 1_000 }
  await time.run(operation({ attempts: 9, backoff }).run(script.attempt))
  expect(waits(script.calls.map(({ at }) => at))).toEqual(Array<number>(8).fill(300))
})

test('The signal ends an attempt that hangs', async () => {
  const hang = () => new Promise<never>(() => {})
  const theirs = await faked(async () => {
    const controller = new AbortController()
    const call = watched(pRetry(hang, { signal: controller.signal }))
    controller.abort()
    await pass(3_600_000)
    return call.ended
  })
  expect(theirs).toBe('no')

  const controller = new AbortController()
  const left = new Error('left')
  const ours = retry(hang, { signal: controller.signal })
  controller.abort(left)
  await expect(ours).rejects.toBe(left)
})

test('Time limits cut', async () => {
  const theirs = await faked(async () => {
    const call = watched(pRetry(() => new Promise<never>(() => {}), { maxRetryTime: 2_000 }))
    await pass(3_600_000)
    return call.ended
  })
  expect(theirs).toBe('no')

  const { time, operation } = inventoryOf()
  const hang = scriptedDependency(['hang'], { clock: time.clock })
  const read = operation({ attempts: 2, attemptTimeout: 500, deadline: 2_000, backoff: 'none' })
  const outcome = await time.run(read.outcome(hang.attempt))
  expect([time.now(), outcome.error]).toEqual([1_000, expect.any(AttemptTimeoutError)])
})

test('Errors that say "no" are final', async () => {
  const missing = Object.assign(new Error('no such sku'), { status: 404 })
  let calls = 0
  const call = (): Promise<never> => (calls++, Promise.reject(missing))
  await expect(pRetry(call, { retries: 2, minTimeout: 0 })).rejects.toBe(missing)
  expect(calls).toBe(3)

  calls = 0
  await expect(retry(call)).rejects.toBe(missing)
  expect(calls).toBe(1)
})

test('A 503 that fetch returns is a failure', async () => {
  let calls = 0
  const answer = () => (calls++, Promise.resolve(new Response(null, { status: 503 })))
  await pRetry(answer, { retries: 2, minTimeout: 0 })
  expect(calls).toBe(1)

  calls = 0
  expect((await retry(answer, { backoff: 'none' })).status).toBe(503)
  expect(calls).toBe(3)
})

test('Retry-After is obeyed', async () => {
  const answered = new Response(null, { status: 429, headers: { 'retry-after': '5' } })
  const busy = Object.assign(new Error('busy'), { response: answered })
  const theirs = await faked(async () => {
    const starts: number[] = []
    const began = Date.now()
    watched(pRetry(() => (starts.push(Date.now() - began), Promise.reject(busy)), { retries: 1, minTimeout: 100 }))
    await pass(10_000)
    return waits(starts)
  })
  expect(theirs).toEqual([100])

  const { time, operation } = inventoryOf()
  const script = scriptedDependency([{ error: busy }], { clock: time.clock })
  await time.run(operation({ attempts: 2 }).outcome(script.attempt))
  expect(waits(script.calls.map(({ at }) => at))[0]).toBeGreaterThanOrEqual(5_000)
})

test('What is thrown comes back as it was', async () => {
  const thrown = (): Promise<never> => Promise.reject('no room' as unknown as Error)
  await expect(pRetry(thrown, { retries: 2, minTimeout: 0 })).rejects.toThrow('Non-error was thrown: "no room"')
  await expect(retry(thrown, { backoff: 'none' })).rejects.toBe('no room')
})

test('In an outage retries run out', async () => {
  let calls = 0
  const down = (): Promise<never> => (calls++, refuse())
  for (let call = 0; call < 100; call++) await pRetry(down, { retries: 2, minTimeout: 0 }).catch(() => {})
  expect(calls).toBe(300)

  const time = virtualTime()
  const inventory = dependency('inventory', { clock: time.clock, breaker: 'none' })
  const read = inventory.operation('stock', { effect: 'read' })
  calls = 0
  for (let call = 0; call < 100; call++) await time.run(read.outcome(down))
  expect(calls).toBe(102)
})
