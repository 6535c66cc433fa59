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
})
