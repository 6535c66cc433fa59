import { describe, expect, it } from 'vitest'
import { Admission } from './admission.js'
import { Arrival, QUEUED } from './arrival.js'
import type { PlaceLimit } from './places.js'
import { ADMISSION } from './settings.js'

/** So many places, always; and what it is told of those that came free. */
class Fixed implements PlaceLimit {
  inFlight = 0
  readonly told: object[] = []

  constructor(readonly limit: number) {}

  started(): void {
    this.inFlight++
  }

  released(): void {
    this.inFlight--
    this.told.push({ says: 'nothing' })
  }

  ended(ms: number, wanted: boolean, _now: number, wasted: boolean): void {
    this.inFlight--
    this.told.push({ ms, wanted, wasted })
  }
}

const arrival = (fields: Partial<Arrival> = {}) => Object.assign(new Arrival(), fields)

/** A door with so many places, one request at a time behind it: each took 10 ms, with as long a pause between them. */
function experienced(places: number) {
  const limit = new Fixed(places)
  const door = new Admission({ ...ADMISSION }, limit)
  for (let now = 0; now < 1_000; now += 20) {
    const each = arrival()
    door.arrive(each, now)
    door.served(each, 10, now + 10)
  }
  limit.told.length = 0
  return { door, limit }
}

function inside(door: Admission, now: number, fields: Partial<Arrival> = {}): Arrival {
  const each = arrival(fields)
  expect(door.arrive(each, now)).toBeUndefined()
  return each
}

/** How long an original may wait. */
function longest(door: Admission, now: number): number {
  const waits = arrival()
  while (door.arrive(waits, now) !== QUEUED) continue
  const ms = door.nextAt() - now
  door.cancel(waits)
  return ms
}

describe('what the limit is told', () => {
  it.each([
    ['that somebody wanted the place, while one waits', (door: Admission) => door.arrive(arrival(), 1_000), true],
    [
      'that somebody wanted the place, if one waited and has left',
      (door: Admission) => {
        const left = arrival()
        door.arrive(left, 1_000)
        door.cancel(left)
      },
      true,
    ],
    [
      'that somebody wanted the place, if one came too late for it',
      (door: Admission) => door.arrive(arrival({ deadline: 1_001 }), 1_000),
      true,
    ],
    ['that nobody wanted the place, if nobody came: more of them would serve nobody', () => undefined, false],
  ])('%s', (_, meanwhile, wanted) => {
    const { door, limit } = experienced(1)
    const working = inside(door, 1_000)
    meanwhile(door)
    door.served(working, 10, 1_010)
    expect(limit.told).toEqual([{ ms: 10, wanted, wasted: false }])
  })

  it('of the very first one, that nobody wanted its place', () => {
    const limit = new Fixed(1)
    const door = new Admission({ ...ADMISSION }, limit)
    door.served(inside(door, 0), 10, 10)
    expect(limit.told).toEqual([{ ms: 10, wanted: false, wasted: false }])
  })

  it('of each place by itself: who wanted the last one is no reason for more of them', () => {
    const { door, limit } = experienced(1)
    const working = inside(door, 1_000)
    door.arrive(arrival(), 1_000)
    door.served(working, 10, 1_010)
    door.served(door.next(1_010) as Arrival, 10, 1_020)
    expect(limit.told).toMatchObject([{ wanted: true }, { wanted: false }])
  })

  it('as long as they wait, that the places are wanted', () => {
    const { door, limit } = experienced(1)
    const working = inside(door, 1_000)
    for (let n = 0; n < 2; n++) door.arrive(arrival(), 1_000)
    door.served(working, 10, 1_010)
    door.served(door.next(1_010) as Arrival, 10, 1_020)
    expect(limit.told).toMatchObject([{ wanted: true }, { wanted: true }])
  })

  it.each([
    ['a quick answer', 5, true, { ms: 5, wanted: false, wasted: false }],
    ['a failure that took longer than usual', 20, false, { ms: 20, wanted: false, wasted: false }],
    ['no failure that took as long as usual', 10, false, { says: 'nothing' }],
    ['no quick failure: a service that fails fast is not fast', 5, false, { says: 'nothing' }],
  ])('of how long it took: %s', (_, ms, whole, told) => {
    const { door, limit } = experienced(1)
    door.served(inside(door, 1_000), ms, 1_000 + ms, whole)
    expect(limit.told).toEqual([told])
  })

  it.each([
    [1_010, false],
    [1_009.9, true],
  ])('with a deadline of %d, done at 1010: that it was for nothing: %s', (deadline, wasted) => {
    const { door, limit } = experienced(100)
    door.served(inside(door, 1_000, { deadline }), 10, 1_010)
    expect(limit.told).toMatchObject([{ wasted }])
  })
})

describe('what the door learns', () => {
  it('nothing from a quick failure: it would let in what cannot be met', () => {
    const { door } = experienced(1)
    for (let n = 0; n < 20; n++) door.served(inside(door, 1_000), 1, 1_001, false)
    inside(door, 1_010)
    expect(door.arrive(arrival({ deadline: 1_019 }), 1_010)).toMatchObject({ reason: 'deadline' })
  })

  it.each([
    ['two of four places taken', 4, 2, 0, 200],
    ['three of four places taken', 4, 3, 0, 400],
    ['one place taken that another waits for', 1, 1, 1, 400],
  ])('how long they may wait from what is served at rest: %s', (_, places, taken, waiting, ms) => {
    const door = new Admission({ ...ADMISSION }, new Fixed(places))
    const first = inside(door, 0)
    for (let n = 1; n < taken; n++) inside(door, 0)
    for (let n = 0; n < waiting; n++) door.arrive(arrival(), 0)
    door.served(first, 100, 100)
    while (door.next(100)) continue
    expect(longest(door, 100)).toBe(ms)
  })

  it('nothing of how fast it can be from departures at rest: it was asked for no more', () => {
    const { door } = experienced(1)
    inside(door, 1_000)
    for (let n = 0; n < 2; n++) door.arrive(arrival(), 1_000)
    expect(door.backlogMs).toBeCloseTo(20)
  })

  it('how fast it is from departures while others wait', () => {
    const door = new Admission({ ...ADMISSION }, new Fixed(10))
    // 10 places, 100 ms each, and yet one in 20 ms.
    const working = Array.from({ length: 10 }, () => inside(door, 0))
    for (let n = 0; n < 2; n++) door.arrive(arrival(), 0)
    for (let now = 20; now <= 400; now += 20) {
      door.arrive(arrival(), now)
      door.served(working.shift() as Arrival, 100, now)
      working.push(door.next(now) as Arrival)
    }
    expect(door.waiting).toBe(2)
    expect(door.backlogMs).toBeCloseTo(40)
  })
})
