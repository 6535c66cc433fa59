/** What changes for who comes from Polly 8. Polly is not run here, Truce is. */
import { AttemptTimeoutError, BreakerOpenError, OptionError, OvertakenError } from 'truce'
import { type AttemptRecord, events } from 'truce/telemetry'
import { scriptedDependency, seeded } from 'truce/testing'
import { expect, onTestFinished, test } from 'vitest'
import { FIVE_IN_A_ROW, inventoryOf, outage, refuse, watched } from '../peers/inventory.js'
import { claimsAreTested } from './changes.js'

claimsAreTested('polly')

test('The order is given', async () => {
  // The timeout is the attempt's, the deadline the call's; breaker and concurrency limit see attempts.
  const { time, inventory, operation } = inventoryOf({ breaker: { ...FIVE_IN_A_ROW, failures: 2 } })
  const hang = scriptedDependency(['hang'], { clock: time.clock })
  const read = operation({ attempts: 5, attemptTimeout: 100, deadline: '1s', backoff: 'none' })
  const outcome = await time.run(read.outcome(hang.attempt))
  expect([outcome.stop, outcome.attempts, time.now()]).toEqual(['breaker', 2, 200])
  expect([outcome.error, inventory.state().breakerState]).toEqual([expect.any(AttemptTimeoutError), 'open'])
})

test('Jitter is on, and full', async () => {
  const took = await Promise.all(
    [0.1, 0.9].map(async (u) => {
      const { time, inventory } = inventoryOf({ random: () => u })
      await time.run(inventory.operation('read', { effect: 'read' }).outcome(refuse))
      return time.now()
    }),
  )
  expect(took).toEqual([30, 270])
})

test('A write is not repeated in doubt', async () => {
  const { time, operation } = inventoryOf()
  const post = scriptedDependency([{ status: 503 }], { clock: time.clock })
  const charge = operation({ effect: 'write', idempotency: {}, attempts: 3, backoff: 'none' })
  expect((await time.run(charge.outcome(post.attempt))).stop).toBe('unsafe')
  expect((await time.run(charge.outcome(post.attempt, { key: 'order_1' }))).attempts).toBe(3)
})

test('Retries of all calls are paid from one budget', async () => {
  const { time, inventory } = inventoryOf({ budget: {} })
  const down = scriptedDependency([{ status: 503 }], { clock: time.clock })
  const read = inventory.operation('read', { effect: 'read' })
  for (let call = 0; call < 100; call++) await time.run(read.outcome(down.attempt))
  expect(down.calls).toHaveLength(102)
})

test('A timeout frees the caller even of a function that does not listen', async () => {
  const { time, operation } = inventoryOf()
  const call = watched(operation({ attemptTimeout: 100 }).run(() => new Promise<never>(() => {})))
  await time.advance(100)
  expect(call.error).toBeInstanceOf(AttemptTimeoutError)
})

test('The breaker sheds before it opens', async () => {
  const { time, inventory, operation } = inventoryOf({ breaker: {}, random: seeded(3) })
  // Three of five fail: more than half, less than the share from which nothing goes through.
  const outcomes = []
  for (let call = 0; call < 300; call++) {
    outcomes.push(await time.run(operation().outcome(call % 5 < 3 ? refuse : () => 'ok')))
  }
  expect(inventory.state().breakerState).toBe('shedding')
  const refused = outcomes.filter(({ error }) => error instanceof BreakerOpenError).length
  expect(refused).toBeGreaterThan(30)
  expect(refused).toBeLessThan(100)
})

test('An answer from before the outage moves nothing', async () => {
  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  watched(made.operation().run(scriptedDependency([{ after: 600 }], { clock: made.time.clock }).attempt))
  await outage(made, made.operation())
  await made.time.advance(650)
  expect(made.inventory.state().breakerState).toBe('half-open')
})

test('A probe that hangs blocks nobody', async () => {
  const made = inventoryOf({ breaker: FIVE_IN_A_ROW })
  await outage(made, made.operation())
  await made.time.advance(500)
  void made.operation().run(() => new Promise<never>(() => {}))
  await made.time.advance(3_600_000)
  expect(await made.time.run(made.operation().run(() => 'ok'))).toBe('ok')
})

test('A hedge is only for what may be sent twice, and it is paid for', async () => {
  const { time, operation } = inventoryOf({ budget: {} })
  const reasons: unknown[] = []
  const slow = (calls: { n: number }) => (attempt: { attempt: number; signal: AbortSignal }) => {
    calls.n++
    attempt.signal.addEventListener('abort', () => reasons.push(attempt.signal.reason))
    return new Promise<string>((resolve) => time.clock.alarm(attempt.attempt === 1 ? 500 : 10, () => resolve('ok')))
  }
  const hedge = { after: 100 }
  const [write, read] = [{ n: 0 }, { n: 0 }]
  await time.run(operation({ effect: 'write', attempts: 2, hedge }).run(slow(write)))
  expect([write.n, time.now()]).toEqual([1, 500])

  const records: AttemptRecord[] = []
  onTestFinished(events.on('attempt', (record) => records.push(record)))
  await time.run(operation({ attempts: 2, hedge }).run(slow(read)))
  expect([read.n, time.now(), reasons]).toEqual([2, 610, [expect.any(OvertakenError)]])
  expect(records.map(({ cause }) => cause).toSorted()).toEqual(['hedge', 'original'])

  // In an outage there is nothing left to pay a hedge with.
  for (let call = 0; call < 5; call++) await time.run(operation({ attempts: 3 }).outcome(refuse))
  const late = { n: 0 }
  await time.run(operation({ attempts: 2, hedge }).run(slow(late)))
  expect(late.n).toBe(1)
})

test('A fallback says what it is', async () => {
  const { time, inventory } = inventoryOf()
  const fallback = { value: () => 0, quality: 'approximate' } as const
  const outcome = await time.run(inventory.operation('read', { effect: 'read', attempts: 1, fallback }).outcome(refuse))
  expect(outcome).toMatchObject({ ok: true, value: 0, source: 'fallback', quality: 'approximate' })
  expect(() => inventory.operation('charge', { effect: 'write', fallback })).toThrow(OptionError)
})

test('An override ends by itself and has a name', async () => {
  const { time, inventory, operation } = inventoryOf({ breaker: {} })
  inventory.breaker.forceOpen({ who: 'ana', why: 'the disk is full', for: '10m' })
  await expect(time.run(operation().run(() => 'ok'))).rejects.toThrow(BreakerOpenError)
  expect(inventory.breaker.override).toMatchObject({ kind: 'force-open', who: 'ana' })
  await time.advance(600_000)
  await time.run(operation().outcome(() => 'ok'))
  expect(inventory.breaker.override).toBeUndefined()
})
