/**
 * What a guard does with the words of a peer's admission: a place in its queue, and who means it.
 */
import { describe, expect, it, test } from 'vitest'
import { type Attempt, dependency, type DependencyOptions, type OperationOptions } from '../index.js'
import { peer, type PeerPushback } from '../peer/index.js'
import { virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const REFUSED: PeerPushback = { applied: false, reason: 'overloaded', load: 1.2 }
const refusal = (said: PeerPushback) =>
  new Response(null, { status: 503, headers: { 'retry-pushback': peer.writePushback({ ...REFUSED, ...said }) } })
const ok = () => new Response(null, { status: 200 })

function setUp(options: DependencyOptions = {}, call: Partial<OperationOptions<Response>> = {}) {
  const time = virtualTime()
  const inventory = dependency('inventory', { clock: time.clock, random: () => 0, peer, ...options })
  const reserve = inventory.operation<Response>('reserve', {
    effect: 'write',
    use: 'interactive',
    backoff: { initial: 50, jitter: 'none' },
    ...call,
  })
  const starts: number[] = []
  /** Answers in turn, the last one for ever. */
  const answering = (...answers: readonly (() => Response)[]) => {
    let next = 0
    return () => {
      starts.push(time.now())
      return Promise.resolve((answers[Math.min(next++, answers.length - 1)] as () => Response)())
    }
  }
  const expectEmpty = () => {
    expect(inventory.state()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(wheelOf(time.clock).size).toBe(0)
  }
  return { time, inventory, reserve, answering, starts, expectEmpty }
}

/** Nothing in the budget: ten such calls spent what a quiet process has. */
const POOR: DependencyOptions = { instances: 50 }

describe('a call that was given a place', () => {
  it('comes to it, without a key, unpaid', async () => {
    const { time, inventory, reserve, answering, starts, expectEmpty } = setUp(POOR)
    const before = inventory.state().budgetRemaining
    const outcome = await time.run(reserve.outcome(answering(() => refusal({ slot: 340 }), ok)))
    expect(outcome).toMatchObject({ ok: true, attempts: 2, waited: 340 })
    expect(starts).toEqual([0, 340])
    expect(inventory.state().budgetRemaining).toBe(before)
    expectEmpty()
  })

  it('is not kept from it by others who spent the budget', async () => {
    const { time, inventory, reserve, answering } = setUp(POOR)
    await time.run(
      reserve.outcome(
        answering(
          () => refusal({}),
          () => refusal({}),
        ),
      ),
    )
    expect(inventory.state().budgetRemaining).toBe(0)
    expect(await time.run(reserve.outcome(answering(() => refusal({}))))).toMatchObject({ stop: 'budget' })
    expect(await time.run(reserve.outcome(answering(() => refusal({ slot: 20 }), ok)))).toMatchObject({ ok: true })
  })

  it('learns when it does not fit its deadline, and is not sent again', async () => {
    const { time, reserve, answering, starts, expectEmpty } = setUp()
    const outcome = await time.run(reserve.outcome(answering(() => refusal({ slot: 1e12 }))))
    expect(outcome).toMatchObject({ stop: 'deadline', attempts: 1 })
    expect(outcome.explanation.retryAt).toBe(time.clock.epoch + 1e12)
    expect(starts).toEqual([0])
    expectEmpty()
  })

  test.each<[string, DependencyOptions]>([
    ['a stranger', { peer: undefined }],
    ['a stranger of several hosts', { peer: undefined, partition: 'host' }],
  ])('by %s, was given none', async (_, options) => {
    const { time, reserve, answering } = setUp(options, { effect: 'read' })
    const where = options.partition ? { partition: 'a' } : {}
    const answer = () => refusal({ slot: 2_000, scope: 'service', retry: false })
    expect(await time.run(reserve.outcome(answering(answer, ok), where))).toMatchObject({ ok: true, waited: 50 })
    const failing = answering(() => new Response(null, { status: 500 }), ok)
    expect(await time.run(reserve.outcome(failing, where))).toMatchObject({ ok: true, waited: 50 })
  })
})

describe('a server that says 0 for ever', () => {
  it('as a place: two attempts of a call that somebody waits for, where the budget is spent; its attempts at most', async () => {
    const { time, reserve, answering, starts } = setUp(POOR)
    for (let n = 0; n < 100; n++) await time.run(reserve.outcome(answering(() => refusal({ slot: 0 }))))
    expect(starts.length).toBeLessThanOrEqual(2 * 100 + 1)
    const rich = setUp({ budget: 'none' })
    const outcome = await rich.time.run(rich.reserve.outcome(rich.answering(() => refusal({ slot: 0 }))))
    expect(outcome).toMatchObject({ stop: 'attempts', attempts: 3 })
  })

  it('as a place, to background calls: each four times a second, until its deadline', async () => {
    const { time, reserve, answering, starts, expectEmpty } = setUp(POOR, {
      use: 'background',
      backoff: undefined,
      deadline: '1m',
    })
    const one = await time.run(reserve.outcome(answering(() => refusal({ slot: 0 }))))
    expect(one).toMatchObject({ stop: 'deadline' })
    expect(starts.length).toBeLessThanOrEqual(4 * 60 + 1)
    expectEmpty()
  })

  it('as Retry-After: no call makes more than its attempts, and all together no more than the budget', async () => {
    const { time, reserve, answering, starts } = setUp({ ...POOR, breaker: 'none' }, { effect: 'read' })
    const now = () => new Response(null, { status: 503, headers: { 'retry-after': '0' } })
    for (let n = 0; n < 100; n++) await time.run(reserve.outcome(answering(now)))
    expect(starts.length).toBe(101)
  })
})

describe('a field that is malformed', () => {
  test.each([
    ['a place that is no number', 'slot=soon, applied=?0'],
    ['a place before now', 'slot=-5, applied=?0'],
    ['a place of 10^30', `slot=1${'0'.repeat(30)}, applied=?0`],
    ['a scope that nobody knows', 'scope=galaxy, applied=?0'],
    ['no dictionary', '{"slot":5}'],
    ['nothing but commas', ',,,,'],
    ['two megabytes', `slot=9${' '.repeat(2e6)}`],
  ])('%s: as if it were not there', async (_, field) => {
    const { time, reserve, starts } = setUp({}, { effect: 'read' })
    const answers = [
      { statusCode: 503, headers: { 'retry-pushback': field }, body: '' },
      { statusCode: 200, headers: {}, body: '' },
    ]
    const outcome = await time.run(
      reserve.outcome(() => {
        starts.push(time.now())
        return answers[starts.length - 1] as never
      }),
    )
    expect(outcome).toMatchObject({ ok: true, waited: 50 })
  })
})

describe('a service that says it of itself as a whole', () => {
  it('is not asked again by other calls until then, but their originals go', async () => {
    const { time, reserve, answering, starts, expectEmpty } = setUp()
    const placed = reserve.outcome(answering(() => refusal({ slot: 600, scope: 'service' }), ok))
    await time.advance(10)
    const failed = () => new Response(null, { status: 503, headers: { 'retry-pushback': 'applied=?0' } })
    const other = reserve.outcome(answering(failed, ok))
    expect(await time.run(Promise.all([placed, other]))).toMatchObject([{ waited: 600 }, { waited: 590 }])
    expect(starts).toEqual([0, 10, 600, 600])
    expectEmpty()
  })

  it('nor by calls to its other hosts; a host says it of itself alone', async () => {
    const waits = async (scope: 'host' | 'service') => {
      const { time, reserve, answering } = setUp({ partition: 'host' })
      const failed = () => new Response(null, { status: 503, headers: { 'retry-pushback': 'applied=?0' } })
      await time.run(
        reserve.outcome(
          answering(() => refusal({ slot: 2_495, scope })),
          { partition: 'a' },
        ),
      )
      const calls = ['a', 'b'].map((partition) => reserve.outcome(answering(failed, failed, failed, ok), { partition }))
      return (await time.run(Promise.all(calls))).map(({ stop, waited }) => `${stop} after ${waited}`)
    }
    // The held call of host a cannot wait so long; the other goes on as if nothing had been said.
    expect(await waits('service')).toEqual(['deadline after 0', 'deadline after 0'])
    expect(await waits('host')).toEqual(['deadline after 0', 'attempts after 150'])
  })

  it('of several that run, none is hedged meanwhile', async () => {
    const { time, reserve, answering } = setUp({ budget: 'none' }, { effect: 'read', hedge: { after: 100 } })
    let hanging = 0
    const hangs = ({ signal }: Attempt) => {
      hanging++
      return new Promise<Response>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      )
    }
    const slow = reserve.outcome(hangs)
    const refused = reserve.outcome(answering(() => refusal({ slot: 700, scope: 'service' }), ok))
    await time.advance(150)
    expect(hanging).toBe(1)
    expect(await time.run(refused)).toMatchObject({ attempts: 2, waited: 700 })
    expect(await time.run(slow)).toMatchObject({ ok: false })
  })

  it('keeps waiting background calls in line; each of them is told its own place', async () => {
    const { time, inventory, reserve, starts, expectEmpty } = setUp(POOR, { use: 'background', backoff: undefined })
    // Down: they spend what there is, and wait in line. Then back, with an admission that has a place every 10 ms.
    let [busyUntil, tail] = [0, 0]
    const job = async () => {
      starts.push(time.now())
      if (time.now() < 5_000) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
      await new Promise<void>((go) => time.clock.alarm(1, go))
      const now = time.now()
      if (now < busyUntil) return refusal({ slot: (tail = Math.max(tail, busyUntil) + 10) - now, scope: 'host' })
      busyUntil = now + 10
      return ok()
    }
    const jobs = Array.from({ length: 50 }, () => reserve.outcome(job))
    const outcomes = await time.run(Promise.all(jobs))
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(50)
    expect(inventory.state().waiting).toBe(0)
    expectEmpty()
  })
})
