import { describe, expect, it } from 'vitest'
import { Admission } from './admission.js'
import { Arrival, QUEUED } from './arrival.js'
import { ADMISSION, type AdmissionSettings } from './settings.js'

const arrival = (fields: Partial<Arrival> = {}) => Object.assign(new Arrival(), fields)

/** One place; its service is known: 10 ms. */
function experienced(settings: Partial<AdmissionSettings> = {}) {
  const admission = new Admission({ ...ADMISSION, limit: 1, limitMax: 1, ...settings })
  for (let now = 0; now < 1_000; now += 10) {
    const each = arrival()
    expect(admission.arrive(each, now)).toBeUndefined()
    admission.served(each, 10, now + 10)
  }
  return admission
}

/** Known are those who came before this epoch, too: one of them has had 5 s of work, and the other 10 ms. */
function withCallers(settings: Partial<AdmissionSettings> = {}) {
  const admission = experienced(settings)
  for (const at of [1_000, 5_000]) {
    for (const caller of ['modest', 'greedy']) {
      const busy = arrival({ caller })
      admission.arrive(busy, at)
      admission.served(busy, caller === 'greedy' ? 5_000 : 10, at)
    }
  }
  return admission
}

/** How long one may wait, found by waiting. */
function longestWait(admission: Admission, make: () => Arrival): number {
  const waits = make()
  expect(admission.arrive(waits, 5_000)).toBe(QUEUED)
  const longest = admission.nextAt() - 5_000
  expect(admission.cancel(waits)).toBe(true)
  return longest
}

describe('ranks of admission', () => {
  it('sheds callers above their fair share, then retries, then background work, and originals last', () => {
    const admission = withCallers({ wait: 40 })
    const of = {
      greedy: () => arrival({ caller: 'greedy' }),
      retry: () => arrival({ caller: 'modest', retry: true }),
      background: () => arrival({ caller: 'modest', background: true }),
      original: () => arrival({ caller: 'modest' }),
    }
    admission.arrive(of.original(), 5_000)
    const waits = (Object.keys(of) as (keyof typeof of)[]).map((kind) => {
      return longestWait(admission, of[kind])
    })
    expect(waits).toEqual(waits.toSorted((a, b) => a - b))
    expect(new Set(waits).size).toBe(4)
  })

  it('asks one that has had more than its share to wait, wherever it goes, and the others to go elsewhere', () => {
    const admission = withCallers({ scope: 'host' })
    admission.arrive(arrival(), 5_000)
    while (admission.arrive(arrival({ caller: 'modest' }), 5_000) === QUEUED) continue
    const refused = (caller: string) => admission.arrive(arrival({ caller }), 5_000)
    expect(refused('modest')).toMatchObject({ reason: 'overloaded', scope: 'host' })
    expect(refused('greedy')).toMatchObject({ reason: 'share', scope: 'service' })
  })

  it('hands out one that has had more than its share as well, when it has waited too long', () => {
    const admission = withCallers()
    const waits = arrival({ caller: 'greedy' })
    admission.arrive(arrival(), 5_000)
    admission.arrive(waits, 5_000)
    expect(admission.expired(admission.nextAt())).toBe(waits)
    expect(waits.refusal).toMatchObject({ reason: 'share' })
  })

  it.each([
    ['served in 1 ms each', (admission: Admission, each: Arrival) => admission.served(each, 1, 5_000)],
    ['given back', (admission: Admission, each: Arrival) => admission.released(each, 5_000)],
  ])('charges a caller for work, not for requests: those %s', (_, end) => {
    const admission = withCallers()
    for (let n = 0; n < 1_000; n++) {
      const each = arrival({ caller: 'modest' })
      admission.arrive(each, 5_000)
      end(admission, each)
    }
    admission.arrive(arrival(), 5_000)
    expect(longestWait(admission, () => arrival({ caller: 'modest' }))).toBeGreaterThan(
      longestWait(admission, () => arrival({ caller: 'greedy' })),
    )
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

  it('has one that made room handed out at once: its caller waits for nothing', () => {
    const admission = experienced()
    admission.arrive(arrival(), 1_000)
    admission.arrive(arrival({ retry: true }), 1_000)
    expect(admission.nextAt()).toBeGreaterThan(1_000)
    for (let n = 0; n < 2; n++) admission.arrive(arrival(), 1_000)
    expect(admission.nextAt()).toBeLessThan(1_000)
  })

  it('refuses a retry where originals take all the room to wait in', () => {
    const admission = experienced()
    for (let n = 0; n < 3; n++) admission.arrive(arrival(), 1_000)
    expect(admission.arrive(arrival({ retry: true }), 1_000)).toMatchObject({ reason: 'overloaded' })
    expect(admission.waiting).toBe(2)
  })
})
