/** What changes for who comes from opossum 9: on opossum, then on Truce. */
import CircuitBreaker from 'opossum'
import { AttemptTimeoutError, dependency, OptionError } from 'truce'
import { scriptedDependency, virtualTime } from 'truce/testing'
import { expect, onTestFinished, test } from 'vitest'
import { FIVE_IN_A_ROW, inventoryOf, outage, refuse, watched } from '../peers/inventory.js'
import { claimsAreTested, faked, later, pass } from './changes.js'

type Work = () => Promise<unknown>
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

/** A breaker around whatever each call hands in; its timers end with the test. */
function breakerOf(options: CircuitBreaker.Options): CircuitBreaker<[Work]> {
  const breaker = new CircuitBreaker((work: Work) => work(), options)
  onTestFinished(() => breaker.shutdown())
  return breaker
}

const opened = async (options: CircuitBreaker.Options = {}) => {
  const breaker = breakerOf({ resetTimeout: 500, ...options })
  await breaker.fire(refuse).catch(() => {})
  return breaker
}

claimsAreTested('opossum')

test('There are retries', async () => {
  let calls = 0
  const flaky = () => (++calls === 1 ? refuse() : Promise.resolve('ok'))
  await expect(breakerOf({}).fire(flaky)).rejects.toThrow('ECONNREFUSED')
  expect(calls).toBe(1)

  calls = 0
  const { time, operation } = inventoryOf()
  expect(await time.run(operation({ attempts: 3 }).run(flaky))).toBe('ok')
  expect(calls).toBe(2)
})

test('One failure opens nothing', async () => {
  const breaker = breakerOf({})
  await breaker.fire(refuse).catch(() => {})
  expect(breaker.opened).toBe(true)

  const time = virtualTime()
  const inventory = dependency('inventory', { clock: time.clock, budget: 'none', governor: 'none' })
  const read = inventory.operation('stock', { effect: 'read', attempts: 1 })
  const states: string[] = []
  for (let call = 0; call < 20; call++) {
    await time.run(read.outcome(refuse))
    states.push(inventory.state().breakerState)
  }
  expect(states.map((state) => state === 'open')).toEqual([...Array<boolean>(19).fill(false), true])
})

test('Refusals of its own are no failures', async () => {
  const breaker = breakerOf({ capacity: 1, volumeThreshold: 4 })
  const healthy = breaker.fire(() => Promise.resolve('ok'))
  await Promise.allSettled(Array.from({ length: 3 }, () => breaker.fire(() => Promise.resolve('ok'))))
  expect([await healthy, breaker.opened]).toEqual(['ok', true])

  const made = inventoryOf({ concurrency: { limit: 1, queue: 0 }, breaker: { ...FIVE_IN_A_ROW, failures: 1 } })
  const calls = Array.from({ length: 4 }, () => made.operation().outcome(() => 'ok'))
  const outcomes = await made.time.run(Promise.all(calls))
  expect(outcomes.map(({ stop }) => stop)).toEqual(['ok', 'concurrency', 'concurrency', 'concurrency'])
  expect(made.inventory.state().breakerState).toBe('closed')
})

test('A probe that hangs blocks nobody', async () => {
  const theirs = await faked(async () => {
    const breaker = await opened({ timeout: false })
    await pass(500)
    void breaker.fire(() => new Promise<never>(() => {}))
    await pass(3_600_000)
    const late = await breaker.fire(() => Promise.resolve('ok')).catch((error: unknown) => error)
    return late
  })
  expect(theirs).toMatchObject({ code: 'EOPENBREAKER' })

  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  await outage(made, made.operation())
  await made.time.advance(500)
  void made.operation().run(() => new Promise<never>(() => {}))
  await made.time.advance(3_600_000)
  expect(await made.time.run(made.operation().run(() => 'ok'))).toBe('ok')
})

test('An answer from before the outage moves nothing', async () => {
  const theirs = await faked(async () => {
    const breaker = breakerOf({ resetTimeout: 500 })
    void breaker.fire(() => later(600))
    await breaker.fire(refuse).catch(() => {})
    await breaker.fire(refuse).catch(() => {})
    await pass(550)
    const before = breaker.halfOpen
    await pass(100)
    return [before, breaker.closed]
  })
  expect(theirs).toEqual([true, true])

  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  watched(made.operation().run(scriptedDependency([{ after: 600 }], { clock: made.time.clock }).attempt))
  await outage(made, made.operation())
  await made.time.advance(650)
  expect(made.inventory.state().breakerState).toBe('half-open')
})

test('A timeout aborts its own call only', async () => {
  const theirs = await faked(async () => {
    const abortController = new AbortController()
    const breaker = breakerOf({ timeout: 100, errorThresholdPercentage: 99, abortController })
    watched(breaker.fire(() => new Promise<never>(() => {})))
    await pass(50)
    const neighbour = watched(breaker.fire(() => later(70)))
    await pass(60)
    const aborted = abortController.signal.aborted
    await pass(20)
    const next = await breaker.fire(() => Promise.resolve(abortController.signal.aborted))
    return [aborted, neighbour.ended, next]
  })
  // The healthy neighbour's signal is aborted while it works, and so is that of the call after it.
  expect(theirs).toEqual([true, 'well', true])

  const { time, operation } = inventoryOf()
  const read = operation({ attemptTimeout: 100 })
  const hung = watched(read.run(() => new Promise<never>(() => {})))
  await time.advance(50)
  const neighbour = scriptedDependency([{ after: 70 }], { clock: time.clock })
  const healthy = watched(read.run(neighbour.attempt))
  await time.advance(70)
  expect([hung.error, healthy.ended]).toEqual([expect.any(AttemptTimeoutError), 'well'])
  expect(await time.run(read.run(({ signal }) => isAborted(signal)))).toBe(false)
})

test('Your own bug neither opens the breaker nor closes it', async () => {
  const bug = (): Promise<number> => Promise.resolve((undefined as unknown as { stock: number }).stock)
  const breaker = breakerOf({})
  await breaker.fire(bug).catch(() => {})
  expect(breaker.opened).toBe(true)
  // Filtered, it counts as a success instead, and as a probe it closes the breaker.
  const filtered = await faked(async () => {
    const filters = await opened({ errorFilter: (error: Error) => error instanceof TypeError })
    await pass(500)
    await filters.fire(bug).catch(() => {})
    return filters.closed
  })
  expect(filtered).toBe(true)

  const made = inventoryOf({ breaker: { ...FIVE_IN_A_ROW, failures: 1 } })
  await made.time.run(made.operation().outcome(bug))
  expect(made.inventory.state().breakerState).toBe('closed')
  await outage(made, made.operation(), 1)
  await made.time.advance(500)
  await made.time.run(made.operation().outcome(bug))
  expect(made.inventory.state().breakerState).toBe('half-open')
})

test('A 404 is an answer', async () => {
  const missing = (): Promise<never> => Promise.reject(Object.assign(new Error('no such sku'), { status: 404 }))
  const breaker = breakerOf({})
  await breaker.fire(missing).catch(() => {})
  expect(breaker.opened).toBe(true)

  const made = inventoryOf({ breaker: { ...FIVE_IN_A_ROW, failures: 1 } })
  const outcome = await made.time.run(made.operation({ attempts: 3 }).outcome(missing))
  expect([outcome.stop, outcome.attempts, made.inventory.state().breakerState]).toEqual(['permanent', 1, 'closed'])
})

test('A 503 that fetch returns is a failure', async () => {
  const answer = () => Promise.resolve(new Response(null, { status: 503 }))
  const breaker = breakerOf({})
  await breaker.fire(answer)
  expect([breaker.closed, breaker.stats.failures]).toEqual([true, 0])

  const made = inventoryOf({ breaker: { ...FIVE_IN_A_ROW, failures: 1 } })
  expect((await made.time.run(made.operation().run(answer))).status).toBe(503)
  expect(made.inventory.state().breakerState).toBe('open')
})

test('A fallback that fails leaves you the real error', async () => {
  const empty = (): Promise<never> => Promise.reject(new Error('the fallback has nothing'))
  const breaker = breakerOf({})
  breaker.fallback(empty)
  await expect(breaker.fire(refuse)).rejects.toThrow('the fallback has nothing')

  const { time, operation } = inventoryOf()
  await expect(time.run(operation({ fallback: empty }).run(refuse))).rejects.toThrow('ECONNREFUSED')
})

test('A write of high risk has no fallback', async () => {
  const breaker = breakerOf({})
  breaker.fallback(() => 'charged, we suppose')
  expect(await breaker.fire(refuse)).toBe('charged, we suppose')

  const { inventory } = inventoryOf()
  const fallback = () => 'charged, we suppose'
  expect(() => inventory.operation('charge', { effect: 'write', fallback })).toThrow(OptionError)
})
