/** The door under virtual time: whom it wakes, whom it refuses, and that every place comes back. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { peer } from '../../peer/index.js'
import { virtualTime } from '../../testing/index.js'
import type { Incoming } from '../incoming.js'
import { service } from '../service.js'
import type { ServedOptions, ServiceOptions } from '../settings.js'
import type { Visit } from '../visit.js'
import { admission } from './admission.js'
import type { AdmissionOptions } from './settings.js'

let services = 0

function scene(options: AdmissionOptions = {}, served: Partial<ServedOptions> = {}, more: ServiceOptions = {}) {
  const time = virtualTime()
  const door = admission({ limit: 1, ...options })
  const made = service(`doors-${++services}`, { peer, peers: 'all', clock: time.clock, admission: door, ...more })
  const operation = made.operation('reserve', { effect: 'write', ...served })
  const come = (field = '', of = operation): Visit => {
    const incoming: Incoming = {
      method: 'POST',
      url: '/',
      header: (name) => (name === 'retry-context' ? field : undefined),
      payload: () => null,
      raw: undefined,
    }
    return of.receive(incoming)
  }
  return { time, door, operation, come, service: made, counters: operation.counters }
}

/** How it stands with a request: in, waits, or why not. */
const stateOf = ({ turn, refusal }: Visit): string => refusal?.reason ?? (turn ? 'waits' : 'in')

describe('a place', () => {
  it('is handed on when the work ends', async () => {
    const { come, time, door } = scene()
    const [first, second] = [come(), come()]
    expect([stateOf(first), stateOf(second), door.inFlight, door.waiting]).toEqual(['in', 'waits', 1, 1])
    await time.advance(20)
    first.ended(200)
    expect(await second.turn).toBeUndefined()
    expect([second.waited, door.inFlight, door.waiting]).toEqual([20, 1, 0])
    second.ended(200)
    expect(door.inFlight).toBe(0)
  })

  it('is kept while an abandoned handler works, and taken back where nothing is heard of it', async () => {
    const { come, time, door } = scene()
    const [works, silent] = [come(), come()]
    works.left()
    await time.advance(100)
    expect(door.inFlight).toBe(1)
    works.ended(200)
    await time.settle()
    silent.left()
    await time.advance(59_999)
    expect(door.inFlight).toBe(1)
    await time.advance(2)
    expect(door.inFlight).toBe(0)
    // Heard of after all: it has no second place to give.
    silent.ended(200)
    expect([door.inFlight, time.pending]).toEqual([0, []])
  })

  it('that nothing was heard of for a minute says nothing of how long such work takes', async () => {
    const { come, time, door } = scene({ wait: 400 })
    const work = async (): Promise<void> => {
      const visit = come()
      await time.advance(10)
      visit.ended(200)
    }
    for (let n = 0; n < 50; n++) await work()
    for (let n = 0; n < 20; n++) {
      come().left()
      await time.advance(60_002)
    }
    // As long as before: two 99th percentiles of 10 ms.
    const [, waits] = [come(), come()]
    await time.advance(30)
    expect(door.waiting).toBe(0)
    expect(await waits.turn).toMatchObject({ reason: 'overloaded' })
  })

  it('of one that was answered by somebody else while it waited was never taken', async () => {
    const { come, door } = scene()
    const [first, second] = [come(), come()]
    second.ended(503)
    expect(door.waiting).toBe(0)
    first.ended(200)
    expect([(await second.turn)?.reason, door.inFlight]).toEqual(['left', 0])
  })

  it('of one that left while it waited was never taken', async () => {
    const { come, door, counters } = scene()
    const [first, second] = [come(), come()]
    second.left()
    expect((await second.turn)?.reason).toBe('left')
    second.ended(499)
    first.ended(200)
    expect([door.inFlight, door.waiting, counters.inFlight, counters.refused.left]).toEqual([0, 0, 0, 1])
  })
})

describe('who waits', () => {
  it('is refused after the longest wait, by one alarm for all', async () => {
    const { come, time } = scene({ wait: 50 })
    come()
    const waiting = [come(), come(), come()]
    expect(time.pending).toHaveLength(1)
    await time.advance(49)
    expect(waiting.map(stateOf)).toEqual(['waits', 'waits', 'waits'])
    await time.advance(3)
    for (const { turn } of waiting) expect((await turn)?.reason).toBe('overloaded')
    expect(time.pending).toEqual([])
  })

  it('is refused as too late where its time is up before its turn', async () => {
    const { come, time } = scene()
    const first = come()
    const late = come('deadline=100')
    await time.advance(101)
    first.ended(200)
    expect(await late.turn).toMatchObject({ reason: 'deadline', answer: { status: 504 } })
  })

  it('is a retry only where the caller is believed', async () => {
    const known = scene({ wait: 40 })
    known.come()
    const [original, retry] = [known.come(), known.come('attempt=2')]
    await known.time.advance(12)
    expect([stateOf(original), (await retry.turn)?.reason]).toEqual(['waits', 'overloaded'])
    const { come, time } = scene({ wait: 40 }, {}, { peers: () => undefined })
    come()
    const pretender = come('attempt=2')
    await time.advance(12)
    expect(stateOf(pretender)).toBe('waits')
  })
})

describe('operations of one service', () => {
  it('share the door, and each has its own share of retries and its urgency', () => {
    const { come, door, service: made } = scene({ limit: 100 }, { retries: { share: 0.1 } })
    const other = made.operation('other', { effect: 'read' })
    for (let n = 0; n < 10; n++) come()
    expect([come('attempt=2'), come('attempt=2')].map(stateOf)).toEqual(['in', 'share'])
    expect([come('attempt=2', other), come('attempt=2', other)].map(stateOf)).toEqual(['in', 'in'])
    expect(door.inFlight).toBe(13)
  })

  it('whose answers nobody waits for are background, whatever is not said of the request', () => {
    const { come } = scene({}, { urgency: 'background' })
    expect(come().context.urgency).toBe('background')
    expect(come('urgency=interactive').context.urgency).toBe('interactive')
  })
})

describe('draining', () => {
  it('is over at once where nothing is under way, and for everybody who asks', async () => {
    const { door, come } = scene()
    await Promise.all([door.drain(), door.drain()])
    expect(stateOf(come())).toBe('draining')
    await door.drain()
  })

  it('waits for what was abandoned, and for no refusal', async () => {
    const { door, come, time } = scene({ wait: 50 })
    const first = come()
    come()
    let drained = false
    void door.drain().then(() => (drained = true))
    first.left()
    await time.advance(100)
    expect([drained, door.waiting]).toEqual([false, 0])
    first.ended(200)
    await time.settle()
    expect(drained).toBe(true)
  })
})

test('whatever comes, leaves and ends: no place is lost, no timer stays, every turn is told once', async () => {
  const step = fc.oneof(
    fc.record({ come: fc.constantFrom('', 'attempt=2', 'deadline=30', 'caller="a"', 'urgency=background') }),
    fc.record({ end: fc.nat(30), status: fc.constantFrom(200, 404, 500) }),
    fc.record({ leave: fc.nat(30) }),
    fc.record({ pass: fc.nat(120) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 60 }), async (limit, steps) => {
      const { come, door, time, counters } = scene({ limit, wait: 60 })
      const visits: Visit[] = []
      for (const each of steps) {
        if ('come' in each) visits.push(come(each.come))
        else if ('pass' in each) await time.advance(each.pass)
        else if ('end' in each) visits[each.end % visits.length]?.ended(each.status)
        else visits[each.leave % visits.length]?.left()
        expect(door.inFlight).toBeLessThanOrEqual(limit)
      }
      await time.settle()
      for (let round = 0; door.waiting > 0 && round < 200; round++) await time.advance(60)
      for (const { turn } of visits) await turn
      for (const visit of visits) visit.ended(visit.refusal?.answer.status ?? 200)
      await time.runAll()
      expect([door.inFlight, door.waiting, time.pending, counters.inFlight]).toEqual([0, 0, [], 0])
    }),
    { numRuns: 200 },
  )
})
