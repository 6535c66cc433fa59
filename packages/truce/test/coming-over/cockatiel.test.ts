/** What changes for who comes from cockatiel 3.2.1: on cockatiel, then on Truce. */
import {
  BulkheadRejectedError,
  BrokenCircuitError,
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  handleAll,
  handleType,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import { BreakerOpenError, OverloadedError } from 'truce'
import { events } from 'truce/telemetry'
import { scriptedDependency } from 'truce/testing'
import { expect, onTestFinished, test } from 'vitest'
import { FIVE_IN_A_ROW, inventoryOf, outage, refuse, watched } from '../peers/inventory.js'
import { claimsAreTested, faked, later, pass } from './changes.js'

const opened = async () => {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 500, breaker: new ConsecutiveBreaker(5) })
  for (let call = 0; call < 5; call++) await breaker.execute(refuse).catch(() => {})
  return breaker
}

claimsAreTested('cockatiel')

test('Retries end', async () => {
  const theirs = await faked(async () => {
    let calls = 0
    const call = watched(retry(handleAll, {}).execute(() => (++calls < 1_000 ? refuse() : 'at last')))
    await pass(60_000)
    return { calls, call }
  })
  expect(theirs).toMatchObject({ calls: 1_000, call: { ended: 'well' } })

  const { time, inventory } = inventoryOf()
  const script = scriptedDependency([{ status: 503 }], { clock: time.clock })
  await time.run(inventory.operation('stock', { effect: 'read' }).run(script.attempt))
  expect(script.calls).toHaveLength(3)
})

test('A write is not repeated in doubt', async () => {
  const lost = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
  let charges = 0
  const charge = (): Promise<never> => (charges++, Promise.reject(lost))
  await retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(0) })
    .execute(charge)
    .catch(() => {})
  expect(charges).toBe(3)

  charges = 0
  const { time, operation } = inventoryOf()
  const ours = operation({ effect: 'write', attempts: 3, backoff: 'none' })
  expect((await time.run(ours.outcome(charge))).stop).toBe('unsafe')
  expect(charges).toBe(1)
})

test('A 503 that fetch returns is a failure', async () => {
  const answer = () => Promise.resolve(new Response(null, { status: 503 }))
  let calls = 0
  const theirs = await retry(handleAll, { maxAttempts: 2 }).execute(() => (calls++, answer()))
  expect([calls, theirs.status]).toEqual([1, 503])

  calls = 0
  const { time, operation } = inventoryOf()
  const ours = await time.run(operation({ attempts: 3 }).run(() => (calls++, answer())))
  expect([calls, ours.status]).toEqual([3, 503])
})

test('A refusal of the breaker is not retried', async () => {
  const breaker = await opened()
  let refused = 0
  const policy = wrap(retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(0) }), breaker)
  policy.wrapped[0].onRetry((reason) => 'error' in reason && reason.error instanceof BrokenCircuitError && refused++)
  await expect(policy.execute(() => 'ok')).rejects.toThrow(BrokenCircuitError)
  expect(refused).toBe(3)

  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  await outage(made, made.operation())
  const outcome = await made.time.run(made.operation({ attempts: 4 }).outcome(() => 'ok'))
  expect([outcome.stop, outcome.attempts, made.time.now()]).toEqual(['breaker', 0, 0])
})

test('An abort ends the wait', async () => {
  const theirs = await faked(async () => {
    const controller = new AbortController()
    let calls = 0
    const fails = (): Promise<never> => (calls++, refuse())
    const policy = retry(handleAll, { maxAttempts: 5, backoff: new ConstantBackoff(300) })
    const call = watched(policy.execute(fails, controller.signal))
    await pass(20)
    controller.abort()
    await pass(200)
    const during = call.ended
    await pass(100)
    return { during, after: call.ended, calls }
  })
  expect(theirs).toEqual({ during: 'no', after: 'badly', calls: 2 })

  const { time, operation } = inventoryOf()
  const controller = new AbortController()
  const script = scriptedDependency([{ status: 503 }], { clock: time.clock })
  const backoff = { initial: 300, jitter: 'none' } as const
  const call = watched(operation({ attempts: 6, backoff }).run(script.attempt, { signal: controller.signal }))
  await time.advance(20)
  controller.abort()
  await time.settle()
  expect([time.now(), call.ended, script.calls.length]).toEqual([20, 'badly', 1])
})

test('The abort keeps its reason', async () => {
  const left = new Error('the user closed the page')
  const controller = new AbortController()
  const policy = timeout(5_000, TimeoutStrategy.Aggressive)
  const theirs = policy.execute(() => new Promise<never>(() => {}), controller.signal)
  controller.abort(left)
  await expect(theirs).rejects.toThrow('Operation timed out after 5000ms')

  const own = new AbortController()
  const { operation } = inventoryOf()
  const ours = operation({ attemptTimeout: '5s' }).run(() => new Promise<never>(() => {}), { signal: own.signal })
  own.abort(left)
  await expect(ours).rejects.toBe(left)
})

test('Callers beyond the probe are refused, not parked', async () => {
  const theirs = await faked(async () => {
    const breaker = await opened()
    await pass(500)
    let calls = 0
    const slow = () => (calls++, later(100))
    const all = Array.from({ length: 1_000 }, () => watched(breaker.execute(slow)))
    await pass(50)
    const parked = [calls, all.filter(({ ended }) => ended === 'no').length]
    await pass(51)
    return [...parked, calls]
  })
  expect(theirs).toEqual([1, 1_000, 1_000])

  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  await outage(made, made.operation())
  await made.time.advance(500)
  const script = scriptedDependency([{ after: 100 }], { clock: made.time.clock })
  const all = Array.from({ length: 1_000 }, () => watched(made.operation().run(script.attempt)))
  await made.time.settle()
  expect(script.calls).toHaveLength(1)
  expect(all.filter(({ error }) => error instanceof BreakerOpenError)).toHaveLength(999)
  await made.time.advance(100)
})

test('A probe that hangs blocks nobody', async () => {
  const theirs = await faked(async () => {
    const breaker = await opened()
    await pass(500)
    void breaker.execute(() => new Promise<never>(() => {}))
    const controller = new AbortController()
    const other = watched(breaker.execute(() => 'ok', controller.signal))
    controller.abort()
    await pass(3_600_000)
    return other.ended
  })
  expect(theirs).toBe('no')

  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  await outage(made, made.operation())
  await made.time.advance(500)
  void made.operation().run(() => new Promise<never>(() => {}))
  const other = watched(made.operation().run(() => 'ok'))
  await made.time.settle()
  expect(other.error).toBeInstanceOf(BreakerOpenError)
  await made.time.advance((other.error as BreakerOpenError).retryIn as number)
  expect(await made.time.run(made.operation().run(() => 'ok'))).toBe('ok')
})

test('An answer from before the outage moves nothing', async () => {
  const theirs = await faked(async () => {
    const breaker = circuitBreaker(handleAll, { halfOpenAfter: 500, breaker: new ConsecutiveBreaker(5) })
    watched(breaker.execute(() => later(1_000).then(refuse)))
    for (let call = 0; call < 5; call++) await breaker.execute(refuse).catch(() => {})
    await pass(600)
    const probe = watched(breaker.execute(() => later(600)))
    await pass(700)
    return [probe.ended, breaker.state]
  })
  expect(theirs).toEqual(['well', CircuitState.Open])

  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  const { clock } = made.time
  const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
  watched(made.operation().run(scriptedDependency([{ after: 1_000, error: reset }], { clock }).attempt))
  await outage(made, made.operation())
  await made.time.advance(600)
  const probe = watched(made.operation().run(scriptedDependency([{ after: 600 }], { clock }).attempt))
  await made.time.advance(700)
  expect([probe.ended, made.inventory.state().breakerState]).toEqual(['well', 'closed'])
})

test('Your own bug neither opens the breaker nor closes it', async () => {
  class Reset extends Error {}
  const bug = (): number => (undefined as unknown as { stock(): number }).stock()
  const theirs = await faked(async () => {
    const handled = handleType(Reset)
    const breaker = circuitBreaker(handled, { halfOpenAfter: 500, breaker: new ConsecutiveBreaker(1) })
    await breaker.execute(() => Promise.reject(new Reset())).catch(() => {})
    const before = breaker.state
    await pass(500)
    await breaker.execute(bug).catch(() => {})
    return [before, breaker.state]
  })
  expect(theirs).toEqual([CircuitState.Open, CircuitState.Closed])
  const all = circuitBreaker(handleAll, { halfOpenAfter: 500, breaker: new ConsecutiveBreaker(1) })
  await all.execute(bug).catch(() => {})
  expect(all.state).toBe(CircuitState.Open)

  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  for (let call = 0; call < 5; call++) await made.time.run(made.operation().outcome(bug))
  expect(made.inventory.state().breakerState).toBe('closed')
  await outage(made, made.operation())
  await made.time.advance(500)
  expect((await made.time.run(made.operation().outcome(bug))).error).toBeInstanceOf(TypeError)
  expect(made.inventory.state().breakerState).toBe('half-open')
})

test('The window goes by the clock', async () => {
  const theirs = await faked(async () => {
    const breaker = new SamplingBreaker({ threshold: 0.5, duration: 5_000, minimumRps: 1 })
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 500, breaker })
    for (let call = 0; call < 10; call++) await policy.execute(() => 'ok')
    await pass(3_600_000)
    for (let call = 0; call < 6; call++) await policy.execute(refuse).catch(() => {})
    return policy.state
  })
  // Six failures of six calls in the last 5 s, diluted by ten successes an hour old.
  expect(theirs).toBe(CircuitState.Closed)

  const made = inventoryOf({ breaker: { window: '5s', minimumCalls: 5 } })
  for (let call = 0; call < 10; call++) await made.operation().run(() => 'ok')
  await made.time.advance(3_600_000)
  await outage(made, made.operation(), 6)
  expect(made.inventory.state().breakerState).toBe('open')
})

test('The queue is first in, first out', async () => {
  const theirs = await faked(async () => {
    const policy = bulkhead(1, 1)
    const order: string[] = []
    const come = (name: string, work = Promise.resolve('ok')) => policy.execute(() => (order.push(name), work))
    const work = later(10)
    const calls = [come('first', work), come('waiter')]
    // Who waits for the same answer comes in the very turn in which the slot is free.
    void work.then(() => calls.push(come('newcomer')))
    await pass(10)
    await Promise.all(calls)
    return order
  })
  expect(theirs).toEqual(['first', 'newcomer', 'waiter'])

  const { time, operation } = inventoryOf({ concurrency: { limit: 1, queue: 1 } })
  const order: string[] = []
  const come = (name: string, work = Promise.resolve('ok')) => operation().run(() => (order.push(name), work))
  const work = scriptedDependency([{ after: 10 }], { clock: time.clock }).attempt()
  const calls = [come('first', work), come('waiter')]
  void work.then(() => calls.push(come('newcomer')))
  await time.advance(10)
  await Promise.all(calls)
  expect(order).toEqual(['first', 'waiter', 'newcomer'])
})

test('Who leaves the queue is gone at once', async () => {
  const theirs = await faked(async () => {
    const policy = bulkhead(1, 1)
    void policy.execute(() => later(1_000))
    const controller = new AbortController()
    const queued = watched(policy.execute(() => 'ok', controller.signal))
    controller.abort()
    await pass(500)
    const next = await policy.execute(() => 'ok').catch((error: unknown) => error)
    return [queued.ended, next]
  })
  expect(theirs).toEqual(['no', expect.any(BulkheadRejectedError)])

  const { time, operation } = inventoryOf({ concurrency: { limit: 1, queue: 1 } })
  void operation().run(scriptedDependency([{ after: 1_000 }], { clock: time.clock }).attempt)
  const controller = new AbortController()
  const queued = watched(operation().run(() => 'ok', { signal: controller.signal }))
  const beyond = watched(operation().run(() => 'ok'))
  controller.abort()
  await time.settle()
  expect([queued.ended, beyond.error]).toEqual(['badly', expect.any(OverloadedError)])
  expect(await time.run(operation().run(() => 'ok'))).toBe('ok')
})

test('Calls through the bulkhead are reported', async () => {
  let reported = 0
  const policy = bulkhead(1)
  policy.onSuccess(() => reported++)
  policy.onFailure(() => reported++)
  await policy.execute(() => 'ok')
  await policy.execute(refuse).catch(() => {})
  expect(reported).toBe(0)

  onTestFinished(events.on('attempt', () => reported++))
  const { time, operation } = inventoryOf({ concurrency: 1 })
  await time.run(operation().outcome(() => 'ok'))
  await time.run(operation().outcome(refuse))
  expect(reported).toBe(2)
})
