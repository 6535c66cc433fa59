/** Faults reproduced on cockatiel 3.2.1 and 4.0.0, and that Truce does not have them. */
import { BreakerOpenError, explain, OverloadedError } from 'truce'
import { type AttemptRecord, events } from 'truce/telemetry'
import { scriptedDependency, seeded } from 'truce/testing'
import { expect, onTestFinished, test } from 'vitest'
import { FIVE_IN_A_ROW, inventoryOf, outage, refuse, watched } from './inventory.js'

const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })

// cockatiel: aborted at 20 ms it settles at 300 ms or later, and calls the function once more.
test('cockatiel 1: abort during backoff is ignored until the wait is over', async () => {
  const { time, operation } = inventoryOf()
  const read = operation({ attempts: 3, backoff: { initial: 300, jitter: 'none' } })
  const controller = new AbortController()
  const left = new Error('left')
  const scripted = scriptedDependency([{ error: reset }, 'ok'], { clock: time.clock })
  const call = watched(read.run(scripted.attempt, { signal: controller.signal }))
  await time.advance(20)
  expect(call.ended).toBe('no')
  controller.abort(left)
  await time.settle()
  expect([time.now(), call.ended, call.error]).toEqual([20, 'badly', left])
  await time.advance(1_000)
  expect(scripted.calls).toHaveLength(1)
})

// cockatiel: the window moves on by one bucket a call, so a 5 s window holds 40 samples from an hour ago.
test.each([
  [0, 'open'],
  [3_600_000, 'closed'],
])('cockatiel 2: the window keeps old samples (idle for %d ms: %s)', async (idle, state) => {
  const made = inventoryOf({ breaker: { kind: 'time', window: '5s', minimumCalls: 20 } })
  await outage(made, made.operation(), 19)
  await made.time.advance(idle)
  await outage(made, made.operation(), 1)
  expect(made.inventory.state().breakerState).toBe(state)
})

// cockatiel: 1,000 callers during a probe are parked, and all start together when it succeeds.
test('cockatiel 3: callers beyond the probe are parked and released as a herd', async () => {
  const made = inventoryOf({ breaker: { ...FIVE_IN_A_ROW, ramp: '1s' }, random: seeded(7) })
  const { time } = made
  const read = made.operation()
  await outage(made, read)
  await time.advance(625)
  const scripted = scriptedDependency([{ after: 100 }], { clock: time.clock })
  const probe = read.run(scripted.attempt)
  const herd = Array.from({ length: 1_000 }, () => watched(read.run(scripted.attempt)))
  await time.settle()
  expect(scripted.calls).toHaveLength(1)
  expect(herd.every(({ ended, error }) => ended === 'badly' && error instanceof BreakerOpenError)).toBe(true)
  await time.run(probe)
  expect([made.inventory.state().breakerState, scripted.calls.length]).toEqual(['closed', 1])
  // Nor does a herd that comes just now get through: traffic grows back over the ramp.
  await time.run(Promise.all(Array.from({ length: 1_000 }, () => read.outcome(scripted.attempt))))
  expect(scripted.calls.length).toBeGreaterThan(50)
  expect(scripted.calls.length).toBeLessThan(200)
})

// cockatiel: one probe that never answers blocks every caller for ever, aborted ones too.
test('cockatiel 4: a hung probe blocks every caller for ever', async () => {
  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  const { time } = made
  const read = made.operation()
  await outage(made, read)
  await time.advance(500)
  const hung = watched(read.run(scriptedDependency(['hang']).attempt))
  const other = watched(read.run(refuse))
  await time.settle()
  expect([hung.ended, other.ended]).toEqual(['no', 'badly'])
  expect(other.error).toBeInstanceOf(BreakerOpenError)
  await time.advance((other.error as BreakerOpenError).retryIn as number)
  expect(await time.run(read.run(() => 'ok'))).toBe('ok')
  expect(made.inventory.state().breakerState).toBe('closed')
})

// cockatiel: the abort of a caller behind a hung probe does not free it.
test('cockatiel 4: a probe whose caller leaves frees him and its place at once', async () => {
  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  const { time } = made
  const read = made.operation()
  await outage(made, read)
  await time.advance(500)
  const controller = new AbortController()
  const hung = watched(read.run(scriptedDependency(['hang']).attempt, { signal: controller.signal }))
  controller.abort(new Error('left'))
  await time.settle()
  expect(hung.ended).toBe('badly')
  expect(await time.run(read.run(() => 'ok'))).toBe('ok')
})

// cockatiel: that late failure reopens the circuit; the probe then succeeds and it stays open.
test('cockatiel 5: a failure from before the outage reopens a half-open circuit', async () => {
  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  const { time } = made
  const read = made.operation()
  const late = scriptedDependency([{ after: 1_000, error: reset }], { clock: time.clock })
  const old = watched(read.run(late.attempt))
  await outage(made, read)
  await time.advance(600)
  const probe = watched(read.run(scriptedDependency([{ after: 600 }], { clock: time.clock }).attempt))
  await time.advance(500)
  expect([old.ended, probe.ended, made.inventory.state().breakerState]).toEqual(['badly', 'no', 'half-open'])
  await time.advance(200)
  expect([probe.ended, made.inventory.state().breakerState]).toEqual(['well', 'closed'])
})

// cockatiel: an error that its policy does not handle counts as the probe's success.
test("cockatiel 6: the caller's own bug, thrown by the probe, closes the circuit", async () => {
  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  const { time } = made
  const read = made.operation()
  await outage(made, read)
  await time.advance(500)
  const bug = await time.run(read.outcome(() => (undefined as unknown as { stock(): number }).stock()))
  expect([bug.error, bug.class]).toEqual([expect.any(TypeError), 'rejected'])
  expect(made.inventory.state().breakerState).toBe('half-open')
  // And the bug does not use the probe's place up.
  await time.run(read.run(() => 'ok'))
  expect(made.inventory.state().breakerState).toBe('closed')
})

// cockatiel: bulkhead.onSuccess and onFailure are documented and never fire.
test('cockatiel 7: calls through a bulkhead are not reported', async () => {
  const { time, operation } = inventoryOf({ concurrency: 1 })
  const records: AttemptRecord[] = []
  onTestFinished(events.on('attempt', (record) => records.push(record)))
  const read = operation()
  const calls = [read.outcome(() => 'ok'), read.outcome(refuse)]
  await time.run(Promise.all(calls))
  expect(records.map(({ outcome, queued }) => [outcome, queued])).toEqual([
    ['ok', 0],
    ['unavailable', 0],
  ])
})

// cockatiel: a newcomer runs first, five are rejected while the queue still holds the old waiter, who runs last.
test('cockatiel 8: a newcomer overtakes the queue of the bulkhead', async () => {
  const { time, operation } = inventoryOf({ concurrency: { limit: 1, queue: 6 } })
  const read = operation()
  const order: string[] = []
  const late: Promise<unknown>[] = []
  const come = (name: string, then?: () => void): Promise<unknown> =>
    read.run(async () => {
      order.push(name)
      await new Promise<void>((done) => time.clock.alarm(10, done))
      then?.()
    })
  // Newcomers in the very turn in which the slot comes free, and in the turns after it.
  const newcomers = (): void => void late.push(...['a', 'b', 'c', 'd', 'e'].map((name) => come(name)))
  const first = come('first', newcomers).then(() => late.push(come('f')))
  const waiter = come('waiter')
  await time.run(Promise.all([first, waiter]))
  await time.run(Promise.all(late))
  expect(order).toEqual(['first', 'waiter', 'a', 'b', 'c', 'd', 'e', 'f'])
})

// cockatiel: it stays pending until a slot comes free.
test('cockatiel 9: a caller aborted in the queue stays in it', async () => {
  const { time, operation, inventory } = inventoryOf({ concurrency: { limit: 1, queue: 1 } })
  const read = operation()
  const controller = new AbortController()
  const left = new Error('left')
  const runs = read.run(scriptedDependency([{ after: 100 }], { clock: time.clock }).attempt)
  const queued = watched(read.run(() => 'ran', { signal: controller.signal }))
  const refused = watched(read.run(() => 'ran'))
  await time.settle()
  expect([queued.ended, refused.error]).toEqual(['no', expect.any(OverloadedError)])
  controller.abort(left)
  await time.settle()
  expect([queued.error, explain(left)?.attempts, time.now(), inventory.state().waiting]).toEqual([left, 0, 0, 0])
  // And its place is another's.
  expect(await time.run(Promise.all([runs, read.run(() => 'ran')]))).toEqual(['ok', 'ran'])
})

// cockatiel#99: surfaced as "Operation timed out after 5000ms".
test("cockatiel #99: the caller's abort is told as a timeout", async () => {
  const { time, operation } = inventoryOf()
  const controller = new AbortController()
  const left = new Error('left')
  const call = watched(
    operation({ attemptTimeout: '5s' }).run(scriptedDependency(['hang']).attempt, { signal: controller.signal }),
  )
  await time.advance(100)
  controller.abort(left)
  await time.settle()
  expect(call.error).toBe(left)
})

// cockatiel#69, #81: MaxListenersExceededWarning, a listener on the parent signal for each call, never removed.
test('cockatiel #69: every call leaves a listener on the signal', async () => {
  const { time, operation } = inventoryOf()
  const { signal } = new AbortController()
  let listeners = 0
  let most = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    most = Math.max(most, ++listeners)
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const read = operation({ attemptTimeout: '5s' })
  const answers = scriptedDependency([{ after: 10 }], { clock: time.clock })
  await time.run(Promise.all(Array.from({ length: 100 }, () => read.run(answers.attempt, { signal }))))
  expect([listeners, most]).toEqual([0, 1])
})
