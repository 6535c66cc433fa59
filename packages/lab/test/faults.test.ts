/**
 * What each field of a dependency and of its callers does, seen from outside.
 */
import { describe, expect, test } from 'vitest'
import { simulate } from '@truce/lab'
import { given, resultOf } from './given.js'

interface Wanted {
  readonly api?: string
  readonly faults?: string
  readonly callers?: string
  readonly strategy?: string
  readonly more?: string
}

/** 100 calls a second for 60 s, each 10 ms of one of 10 workers. */
const scenario = ({ api = '', faults = '', callers = '', strategy = 'attemptTimeout: 1s', more = '' }: Wanted) =>
  given(`
simulate: 1
name: one
for: 60s
dependencies:
  api: { workers: 10, service: { kind: constant, value: 10ms }${api}, faults: [${faults}] }
${more}
callers: { all: { instances: 4, arrivals: { open: 100/s }, calls: api.get${callers} } }
strategies: { tried: { ${strategy} } }
`)

const tried = (wanted: Wanted) => resultOf(scenario(wanted), 'tried')
/** How far off it is. */
const off = (found: number | null | undefined, expected: number): number => Math.abs((found ?? Number.NaN) - expected)

test('without faults everything succeeds, in its service time', () => {
  const { calls, finalSuccess, p50Ms, goodput, recoveredAfterMs, dependencies } = tried({})
  expect(off(calls, 6_000)).toBeLessThanOrEqual(300)
  expect([finalSuccess, recoveredAfterMs]).toEqual([1, null])
  expect(off(p50Ms, 10)).toBeLessThanOrEqual(0.01)
  expect(off(goodput, 100)).toBeLessThanOrEqual(5)
  expect(off(dependencies['api']?.utilisation, 0.1)).toBeLessThanOrEqual(0.005)
})

describe('faults', () => {
  const half = { at: '15s', for: '30s' }
  const during = (words: string) => `{ at: ${half.at}, for: ${half.for}, ${words} }`

  test('down: refused at once, and a write may be repeated: nothing was done', () => {
    const { finalSuccess, stops, p99Ms, dependencies } = tried({
      faults: during('down: true'),
      callers: ', effect: write',
      strategy: 'attempts: 2',
    })
    expect(off(finalSuccess, 0.5)).toBeLessThanOrEqual(0.02)
    expect(Object.keys(stops)).toEqual(['attempts'])
    expect(off(p99Ms, 10)).toBeLessThanOrEqual(0.01)
    expect(off(dependencies['api']?.amplification, 1.5)).toBeLessThanOrEqual(0.02)
  })

  test('down and hang: never answered; the time of the attempt runs out', () => {
    const { finalSuccess, p99Ms, recoveredAfterMs } = tried({ faults: during('down: true, hang: true') })
    expect(off(finalSuccess, 0.5)).toBeLessThanOrEqual(0.02)
    expect(off(p99Ms, 1_000)).toBeLessThanOrEqual(2)
    expect(recoveredAfterMs).toBe(0)
  })

  test('a share of the hosts is down: so many calls fail', () => {
    expect(off(tried({ faults: during('down: true, share: 20%') }).finalSuccess, 0.9)).toBeLessThanOrEqual(0.015)
  })

  test('errors: work is done, nothing takes effect, the class is as written', () => {
    const { finalSuccess, duplicates, dependencies } = tried({
      faults: during('errors: 30%'),
      callers: ', effect: write',
      strategy: 'unsafe: true, attempts: 9',
    })
    expect([finalSuccess, duplicates]).toEqual([1, 0])
    expect(off(dependencies['api']?.utilisation, 0.1 * (0.5 + 0.5 / 0.7))).toBeLessThanOrEqual(0.01)
    const { stops } = tried({ faults: during('errors: 30%, class: invalid'), strategy: 'attempts: 9' })
    expect(Object.keys(stops)).toEqual(['permanent'])
  })

  test('slow: service takes as many times as long, for the share that it concerns', () => {
    expect(off(tried({ faults: during('slow: 5') }).meanMs, (10 + 50) / 2)).toBeLessThanOrEqual(3)
    expect(off(tried({ faults: during('slow: 11, share: 10%') }).meanMs, 10 + 0.5 * 0.1 * 100)).toBeLessThanOrEqual(2)
  })

  test('overlapping faults: slow times slow', () => {
    expect(
      off(tried({ faults: `${during('slow: 2')}, ${during('slow: 3')}` }).meanMs, (10 + 60) / 2),
    ).toBeLessThanOrEqual(3)
  })

  test('workers: capacity is lost; what is served goes on, what is not waits or is refused', () => {
    const { stops, finalSuccess } = tried({ api: ', queue: 5', faults: during('workers: 0') })
    expect(off(finalSuccess, 0.5)).toBeLessThanOrEqual(0.02)
    expect(Object.keys(stops)).toEqual(['attempts'])
    expect(off(tried({ faults: during('workers: 2'), api: ', queue: 100000' }).finalSuccess, 1)).toBeLessThanOrEqual(0)
  })

  test('lost answers: the work is done, nobody hears of it; repeated, it is done twice', () => {
    const unsafe = 'unsafe: true, attempts: 9, attemptTimeout: 100ms'
    const { duplicates, attempts, calls } = tried({
      faults: during('lostAnswers: 20%'),
      callers: ', effect: write',
      strategy: unsafe,
    })
    // Every lost answer but none of the last: each but the first effect of a call is one too many.
    expect(off(duplicates, attempts - calls)).toBeLessThanOrEqual(2)
    expect(off(duplicates / calls, 0.5 * (0.2 / 0.8))).toBeLessThanOrEqual(0.02)
    const keyed = tried({
      faults: during('lostAnswers: 20%'),
      callers: ', effect: write, idempotent: true',
      strategy: unsafe,
    })
    expect([keyed.duplicates, keyed.finalSuccess]).toEqual([0, 1])
    const safe = tried({
      faults: during('lostAnswers: 20%'),
      callers: ', effect: write',
      strategy: 'attempts: 9, attemptTimeout: 100ms',
    })
    expect([safe.duplicates, Object.keys(safe.stops)]).toEqual([0, ['unsafe']])
  })

  test('frozen: what arrives waits, what is served is done later, and then all go on', () => {
    const { finalSuccess, p99Ms } = tried({
      api: ', queue: 10000',
      faults: '{ at: 15s, for: 2s, frozen: true }',
      strategy: 'attempts: 1',
    })
    expect(finalSuccess).toBe(1)
    // 200 of 6000 waited, evenly from 0 to 2 s: of these 60 waited longer than 1.4 s.
    expect(off(p99Ms, 1_400)).toBeLessThanOrEqual(150)
  })
})

describe('a server', () => {
  const crowd = { callers: '', faults: '{ at: 10s, for: 5s, frozen: true }' }

  test('works for callers who have left, unless it knows their deadlines', () => {
    const lost = tried({ ...crowd, api: ', queue: 100000' })
    const known = tried({ ...crowd, api: ', queue: 100000, deadlines: true' })
    expect(off(known.calls, lost.calls)).toBeLessThanOrEqual(1)
    // Of 500 that waited in the freeze only those of the last second are worth working for.
    const [all = 0, some = 0] = [lost, known].map(({ dependencies }) => dependencies['api']?.utilisation)
    expect(off(all - some, (400 * 0.01) / (60 * 10))).toBeLessThanOrEqual(0.001)
  })

  test('takes no more than it admits', () => {
    expect(off(tried({ api: ', admits: { rate: 40/s, burst: 40 }' }).finalSuccess, 0.4)).toBeLessThanOrEqual(0.02)
  })

  test('admission refuses what would wait too long', () => {
    const overload = {
      callers: '',
      api: ', queue: 100000',
      faults: '{ at: 0, for: 60s, workers: 1 }, { at: 0, for: 60s, slow: 2 }',
    }
    const without = tried(overload)
    const admits = tried({ ...overload, api: `${overload.api}, admission: { originals: 400ms }` })
    // A worker can do half of it; who waits behind a growing queue gives up.
    expect(without.finalSuccess).toBeLessThan(0.1)
    expect(off(admits.finalSuccess, 0.5)).toBeLessThanOrEqual(0.05)
  })

  test('gets slower under load', () => {
    const slow = tried({ api: ', loaded: { inFlight: 10ms }' })
    expect(slow.meanMs).toBeGreaterThan(15)
  })

  test('is as far away as its network says', () => {
    expect(off(tried({ api: ', network: { kind: constant, value: 5ms }' }).p50Ms, 20)).toBeLessThanOrEqual(0.02)
  })

  test('calls what it depends on, one after the other, before it answers', () => {
    const more = '  ledger: { workers: 10, service: { kind: constant, value: 20ms } }'
    const { p50Ms, dependencies } = tried({ api: ', calls: { ledger: { times: 2 } }', more })
    expect(off(p50Ms, 50)).toBeLessThanOrEqual(0.1)
    expect(off(dependencies['ledger']?.amplification, 2)).toBeLessThanOrEqual(0.01)
  })
})

describe('callers', () => {
  test('of a pool wait for a connection, and no longer than it lets them', () => {
    // One connection for 25 calls a second of 10 ms: a quarter of the time it is taken.
    const waits = tried({ callers: ', pool: { size: 1 }' })
    expect(waits.meanMs).toBeGreaterThan(11)
    expect(waits.finalSuccess).toBe(1)
    const hangs = { faults: '{ at: 15s, for: 30s, down: true, hang: true }', strategy: 'attemptTimeout: 5s' }
    const exhausted = tried({ ...hangs, callers: ', pool: { size: 2, acquireTimeout: 100ms }' })
    expect(off(exhausted.p50Ms, 55)).toBeLessThanOrEqual(50)
    expect(exhausted.dependencies['api']?.attempts).toBeLessThan(exhausted.calls * 0.6)
  })

  test('closed: as many as there are, thinking in between', () => {
    const closed = given(`
simulate: 1
name: closed
for: 100s
dependencies: { api: { workers: 100, service: { kind: constant, value: 1s } } }
callers: { all: { instances: 10, arrivals: { closed: 5, think: 4s }, calls: api.get } }
strategies: { tried: {} }
`)
    const { calls } = resultOf(closed, 'tried')
    expect(off(calls, (50 * 100) / 5)).toBeLessThanOrEqual(60)
  })

  test('of a rate that changes come as the points say', () => {
    const ramp = given(`
simulate: 1
name: ramp
for: 40s
dependencies: { api: { workers: 100, service: { kind: constant, value: 1ms } } }
callers: { all: { arrivals: { open: [{ at: 10s, rate: 0/s }, { at: 20s, rate: 200/s }, { at: 30s, rate: 200/s }, { at: 30s, rate: 0/s }] }, calls: api.get } }
strategies: { tried: {} }
`)
    const originals = simulate(ramp, { bucketMs: 10_000 }).series.strategies['tried']?.originals ?? []
    expect([originals[0], originals[3]]).toEqual([0, 0])
    expect(off(originals[1], 1_000)).toBeLessThanOrEqual(130)
    expect(off(originals[2], 2_000)).toBeLessThanOrEqual(180)
  })

  test('limit their attempts at once', () => {
    const { stops, calls } = tried({
      faults: '{ at: 15s, for: 30s, down: true, hang: true }',
      strategy: 'attemptTimeout: 1s, concurrency: { limit: 1, queue: 0 }',
    })
    expect(stops['concurrency']).toBeGreaterThan(calls * 0.4)
  })

  test('in the background wait for room instead of ending', () => {
    const { failed, refused, calls } = tried({
      faults: '{ at: 15s, for: 5s, down: true }',
      strategy: 'use: background, deadline: 50s, attemptTimeout: 1s',
    })
    expect(calls).toBeGreaterThan(5_000)
    expect([failed, refused]).toEqual([0, 0])
  })
})
