import { describe, expect, it } from 'vitest'
import { Admission } from './admission.js'
import { Arrival, QUEUED } from './arrival.js'
import { RetryShare } from './retry-share.js'
import { ADMISSION, type AdmissionSettings } from './settings.js'

/** One place, and a service of 10 ms: what comes meanwhile waits. */
const door = (settings: Partial<AdmissionSettings> = {}) =>
  new Admission({ ...ADMISSION, limit: 1, limitMax: 1, ...settings })

const arrival = (fields: Partial<Arrival> = {}) => Object.assign(new Arrival(), fields)

/** Its service is known: 10 ms. */
function experienced(settings: Partial<AdmissionSettings> = {}) {
  const admission = door(settings)
  for (let now = 0; now < 1_000; now += 10) {
    const each = arrival()
    expect(admission.arrive(each, now)).toBeUndefined()
    admission.served(each, 10, now + 10)
  }
  return admission
}

describe('admission', () => {
  it('lets in while there are places', () => {
    const admission = door({ limit: 2, limitMax: 2 })
    expect([1, 2, 3].map(() => admission.arrive(arrival(), 0))).toEqual([undefined, undefined, 'queued'])
    expect(admission.inFlight).toBe(2)
    expect(admission.waiting).toBe(1)
    expect(admission.load).toBe(1.5)
  })

  it('hands the place of one that ended to one that waits', () => {
    const admission = door()
    const [first, second] = [arrival(), arrival()]
    admission.arrive(first, 0)
    admission.arrive(second, 1)
    expect(admission.next(2)).toBeUndefined()
    admission.served(first, 10, 10)
    expect(admission.next(10)).toBe(second)
    expect(admission.next(10)).toBeUndefined()
    expect(admission.inFlight).toBe(1)
  })

  it('drops what nobody waits for any more, before any work', () => {
    for (const deadline of [99, 100]) {
      // Nor would another instance win anything by it.
      expect(door().arrive(arrival({ deadline }), 100)).toMatchObject({ reason: 'deadline', scope: 'service' })
    }
  })

  it.each([
    [0, 1_008, false],
    [0, 1_010, true],
    [1, 1_019, false],
    [1, 1_020, true],
  ])(
    'drops what cannot be met and nothing else: behind %d that wait, until %d: let in: %s',
    (waiting, deadline, met) => {
      const admission = experienced()
      for (let n = 0; n <= waiting; n++) admission.arrive(arrival(), 1_000)
      expect(admission.arrive(arrival({ deadline }), 1_000) === QUEUED).toBe(met)
    },
  )

  it('says how long those who wait will keep it busy', () => {
    const admission = experienced()
    expect(admission.backlogMs).toBe(0)
    for (let n = 0; n < 3; n++) admission.arrive(arrival(), 1_000)
    expect(admission.backlogMs).toBeCloseTo(20)
  })

  it('lets nobody in before those who wait, though a place has just come free', () => {
    const admission = door()
    const [working, waits, late] = [arrival(), arrival(), arrival()]
    admission.arrive(working, 0)
    admission.arrive(waits, 0)
    admission.served(working, 10, 10)
    expect(admission.arrive(late, 10)).toBe(QUEUED)
    expect(admission.next(10)).toBe(waits)
  })

  it('serves one that can just be met when its turn comes', () => {
    const admission = experienced()
    const [working, waits] = [arrival(), arrival({ deadline: 1_020 })]
    admission.arrive(working, 1_000)
    admission.arrive(waits, 1_000)
    admission.served(working, 10, 1_010)
    expect(admission.next(1_010)).toBe(waits)
  })

  it('lets no more wait than are served while one may wait', () => {
    const admission = experienced()
    for (let n = 0; n < 10; n++) admission.arrive(arrival(), 1_000)
    // One in 10 ms, and twice 10 ms.
    expect(admission.waiting).toBe(2)
  })

  it('drops one that expires while it waits, when its turn comes', () => {
    const admission = experienced()
    const working = arrival()
    const late = arrival({ deadline: 1_015 })
    const patient = arrival()
    admission.arrive(working, 1_000)
    expect(admission.arrive(late, 1_000)).toBe(QUEUED)
    admission.arrive(patient, 1_001)
    admission.served(working, 10, 1_010)
    expect(admission.next(1_010)).toBe(patient)
    expect(admission.expired(1_010)).toBe(late)
    expect(late.refusal).toMatchObject({ reason: 'deadline' })
    expect(admission.expired(1_010)).toBeUndefined()
  })

  it('refuses what would wait too long, with a place to come back at; one later than the other', () => {
    const admission = experienced()
    admission.arrive(arrival(), 1_000)
    const said = Array.from({ length: 10 }, () => admission.arrive(arrival(), 1_000))
    const refused = said.flatMap((each) => (typeof each === 'object' ? [each] : []))
    expect(refused.length).toBeGreaterThan(5)
    const slots = refused.map(({ slot }) => slot as number)
    expect(slots).toEqual(slots.toSorted((a, b) => a - b))
    expect(slots[0]).toBeGreaterThan(0)
    expect(new Set(slots).size).toBe(slots.length)
    expect(refused[0]).toMatchObject({ reason: 'overloaded', scope: 'service' })
  })

  it('puts a burst on a service at rest off no longer than it takes: that it was asked for little says nothing', () => {
    const admission = new Admission({ ...ADMISSION, limit: 20 })
    for (let now = 0; now < 200_000; now += 1_000) {
      const each = arrival()
      admission.arrive(each, now)
      admission.served(each, 5, now + 5)
    }
    const answers = Array.from({ length: 300 }, () => admission.arrive(arrival({ deadline: 202_500 }), 200_000))
    const slots = answers.flatMap((answer) => (typeof answer === 'object' ? [answer.slot as number] : []))
    expect(slots.length).toBeGreaterThan(200)
    // One place of 5 ms serves 300 in a second and a half.
    expect(Math.max(...slots)).toBeLessThanOrEqual(1_500)
  })

  it('hands out those who have waited too long, and says when', () => {
    const admission = experienced()
    const waits = arrival()
    admission.arrive(arrival(), 1_000)
    admission.arrive(waits, 1_000)
    const at = admission.nextAt()
    expect(at).toBeGreaterThan(1_000)
    expect(admission.expired(at - 0.1)).toBeUndefined()
    expect(admission.expired(at)).toBe(waits)
    expect(waits.refusal).toMatchObject({ reason: 'overloaded' })
    expect(admission.nextAt()).toBe(Infinity)
  })

  it('hands them out at the very time it has said, however that is rounded: a simulated one would ask for ever', () => {
    const admission = experienced()
    for (let ms = 11; ms < 30; ms++) {
      const [working, waits] = [arrival(), arrival()]
      admission.arrive(working, 1_000)
      admission.arrive(waits, 1_000)
      expect(admission.expired(admission.nextAt())).toBe(waits)
      admission.served(working, ms, 1_000 + ms)
    }
  })

  it('hands out the best rank first, and nobody who has left meanwhile', () => {
    const admission = experienced({ retries: 1 })
    const [original, retry] = [arrival(), arrival({ retry: true })]
    admission.arrive(arrival(), 1_000)
    admission.arrive(retry, 1_000)
    admission.arrive(original, 1_000)
    const at = admission.nextAt()
    expect(admission.expired(at)).toBe(original)
    expect(admission.cancel(retry)).toBe(true)
    expect(admission.expired(at)).toBeUndefined()
  })

  it('admits retries up to the contract’s share of the originals', () => {
    const admission = door({ limit: 100, limitMax: 100 })
    const retries = new RetryShare(0.1)
    for (let n = 0; n < 30; n++) expect(admission.arrive(arrival({ retries }), 0)).toBeUndefined()
    for (let n = 0; n < 3; n++) expect(admission.arrive(arrival({ retries, retry: true }), 0)).toBeUndefined()
    expect(admission.arrive(arrival({ retries, retry: true }), 0)).toMatchObject({ reason: 'share', scope: 'service' })
    expect(admission.arrive(arrival({ retry: true }), 0)).toBeUndefined()
  })

  it('lets no more retries wait than may be let in, and has room again when one leaves', () => {
    const admission = door()
    const retries = new RetryShare(0.1)
    const retry = () => arrival({ retries, retry: true })
    admission.arrive(arrival({ retries }), 0)
    const waits = retry()
    expect(admission.arrive(waits, 0)).toBe(QUEUED)
    expect(admission.arrive(retry(), 0)).toMatchObject({ reason: 'share' })
    admission.cancel(waits)
    const second = retry()
    expect(admission.arrive(second, 0)).toBe(QUEUED)
    expect(admission.expired(admission.nextAt())).toBe(second)
    expect(admission.arrive(retry(), 200)).toBe(QUEUED)
  })

  it('counts no original that waits, or leaves, as a retry', () => {
    const admission = door()
    const retries = new RetryShare(0.1)
    const [waits, retry] = [arrival({ retries }), arrival({ retries, retry: true })]
    admission.arrive(arrival({ retries }), 0)
    expect(admission.arrive(waits, 0)).toBe(QUEUED)
    expect(admission.arrive(retry, 0)).toBe(QUEUED)
    admission.cancel(waits)
    expect(admission.arrive(arrival({ retries, retry: true }), 0)).toMatchObject({ reason: 'share' })
  })

  it('refuses what comes while it drains, and serves what is in', () => {
    const admission = door()
    const [first, second] = [arrival(), arrival()]
    admission.arrive(first, 0)
    admission.arrive(second, 0)
    expect(admission.draining).toBe(false)
    admission.drain()
    expect(admission.draining).toBe(true)
    expect(admission.arrive(arrival(), 1)).toMatchObject({ reason: 'draining', scope: 'host' })
    admission.served(first, 10, 10)
    expect(admission.next(10)).toBe(second)
  })

  it('lets one leave the queue', () => {
    const admission = door()
    const [first, second] = [arrival(), arrival()]
    admission.arrive(first, 0)
    admission.arrive(second, 0)
    expect(admission.cancel(second)).toBe(true)
    expect(admission.cancel(second)).toBe(false)
    expect(admission.cancel(arrival())).toBe(false)
    expect(admission.waiting).toBe(0)
    admission.released(first, 5)
    expect(admission.next(5)).toBeUndefined()
    expect(admission.inFlight).toBe(0)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])('takes a deadline of %d for none', (deadline) => {
    const admission = experienced()
    const waits = arrival({ deadline })
    const working = arrival({ deadline })
    expect(admission.arrive(working, 1_000)).toBeUndefined()
    expect(admission.arrive(waits, 1_000)).toBe(QUEUED)
    admission.served(working, 10, 1_010)
    expect(admission.next(1_010)).toBe(waits)
  })

  it.each([0, -1, Number.NEGATIVE_INFINITY, -1e300])('drops a deadline of %d', (deadline) => {
    expect(experienced().arrive(arrival({ deadline }), 1_000)).toMatchObject({ reason: 'deadline' })
  })

  it('tries now and then what is too late by what is known: else it would never know better', () => {
    const admission = experienced()
    expect(admission.arrive(arrival({ deadline: 1_001 }), 1_000)).toBeUndefined()
  })

  it('does not where a tenth of its places are taken: from these it will know', () => {
    const admission = experienced({ limit: 10, limitMax: 10 })
    expect(admission.limit).toBe(10)
    admission.arrive(arrival(), 1_000)
    expect(admission.arrive(arrival({ deadline: 1_001 }), 1_000)).toMatchObject({ reason: 'deadline' })
  })

  it.each([
    [400, 'oldest'],
    [401, 'newest'],
  ])('%d ms after the first had to wait, if none may longer than 400, serves the %s first', (now, first) => {
    const admission = door()
    const [working, oldest, newest] = [arrival(), arrival(), arrival()]
    const left = arrival()
    admission.arrive(working, 0)
    admission.arrive(left, 0)
    admission.arrive(oldest, 100)
    admission.arrive(newest, 200)
    admission.cancel(left)
    admission.served(working, now, now)
    expect(admission.next(now)).toBe(first === 'oldest' ? oldest : newest)
  })

  it('serves the oldest first, and under overload the newest', () => {
    const admission = experienced({ wait: 400 })
    const order: Arrival[] = []
    let working = arrival()
    admission.arrive(working, 1_000)
    let now = 1_000
    const waiting: Arrival[] = []
    for (let n = 0; n < 30; n++) {
      const each = arrival()
      if (admission.arrive(each, now) === QUEUED) waiting.push(each)
      if (n % 2 === 0) continue
      now += 10
      admission.served(working, 10, now)
      while (admission.expired(now)) continue
      working = admission.next(now) as Arrival
      order.push(working)
      while (admission.expired(now)) continue
    }
    expect(order[0]).toBe(waiting[0])
    expect(order.at(-1)).toBe(waiting.at(-1))
  })
})
