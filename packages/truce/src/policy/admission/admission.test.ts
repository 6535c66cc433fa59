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
    expect([1, 2, 3].map(() => admission.arrive(arrival(), 0))).toEqual([undefined, undefined, QUEUED])
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
    expect(door().arrive(arrival({ deadline: 99 }), 100)).toMatchObject({ reason: 'deadline' })
  })

  it('drops what cannot be met', () => {
    const admission = experienced()
    admission.arrive(arrival(), 1_000)
    expect(admission.arrive(arrival({ deadline: 1_008 }), 1_000)).toMatchObject({ reason: 'deadline' })
    expect(admission.arrive(arrival({ deadline: 1_100 }), 1_000)).toBe(QUEUED)
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

  it('refuses what comes while it drains, and serves what is in', () => {
    const admission = door()
    const [first, second] = [arrival(), arrival()]
    admission.arrive(first, 0)
    admission.arrive(second, 0)
    admission.drain()
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

  it('sheds callers above their fair share, then retries, then background work, and originals last', () => {
    const admission = experienced({ wait: 40 })
    // Known are those who came before this epoch, too.
    for (const at of [1_000, 5_000]) {
      for (const caller of ['modest', 'greedy']) {
        const busy = arrival({ caller })
        admission.arrive(busy, at)
        admission.served(busy, caller === 'greedy' ? 5_000 : 10, at)
      }
    }
    const of = {
      greedy: () => arrival({ caller: 'greedy' }),
      retry: () => arrival({ caller: 'modest', retry: true }),
      background: () => arrival({ caller: 'modest', background: true }),
      original: () => arrival({ caller: 'modest' }),
    }
    admission.arrive(of.original(), 5_000)
    const shed = (Object.keys(of) as (keyof typeof of)[]).map((kind) => {
      const inTurn = experiencedWith(admission, of[kind])
      return [kind, inTurn] as const
    })
    const waits = shed.map(([, longest]) => longest)
    expect(waits).toEqual(waits.toSorted((a, b) => a - b))
    expect(new Set(waits).size).toBe(4)
  })

  it('makes room for an original where a retry waits', () => {
    const admission = experienced()
    const retry = arrival({ retry: true })
    admission.arrive(arrival(), 1_000)
    expect(admission.arrive(retry, 1_000)).toBe(QUEUED)
    for (let n = 0; n < 10; n++) admission.arrive(arrival(), 1_000)
    expect(admission.expired(1_000)).toBe(retry)
    expect(retry.refusal).toMatchObject({ reason: 'overloaded' })
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

/** How long one may wait, found by waiting. */
function experiencedWith(admission: Admission, make: () => Arrival): number {
  const waits = make()
  expect(admission.arrive(waits, 5_000)).toBe(QUEUED)
  const longest = admission.nextAt() - 5_000
  expect(admission.cancel(waits)).toBe(true)
  return longest
}
