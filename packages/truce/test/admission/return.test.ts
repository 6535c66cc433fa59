/**
 * They come back: the refused at their slots, and the service itself after it was too slow for everybody's deadline.
 */
import { describe, expect, test } from 'vitest'
import { Admission, ADMISSION, Arrival, QUEUED } from '../../src/policy/index.js'
import { serve } from './server-model.js'

interface Event {
  readonly at: number
  readonly act: (now: number) => void
}

/** So many callers come at once, each returning at its slot until it was served. @returns when the last one was, ms */
function allDone(callers: number, workers: number, ms: number): { readonly ms: number; readonly comings: number } {
  const agenda: Event[] = []
  const at = (time: number, act: Event['act']) => {
    const place = agenda.findIndex((each) => each.at > time)
    agenda.splice(place < 0 ? agenda.length : place, 0, { at: time, act })
  }
  const door = new Admission({ ...ADMISSION })
  const inside: Arrival[] = []
  let [busy, done, last, comings] = [0, 0, 0, 0]
  const started = new Map<Arrival, number>()
  const work = (now: number) => {
    while (busy < workers && inside.length > 0) {
      const each = inside.shift() as Arrival
      busy++
      at(now + ms, (then) => {
        busy--
        done++
        last = then
        door.served(each, then - (started.get(each) as number), then)
        look(then)
        work(then)
      })
    }
  }
  const enters = (each: Arrival, now: number) => {
    started.set(each, now)
    inside.push(each)
    work(now)
  }
  const look = (now: number) => {
    for (let next = door.next(now); next; next = door.next(now)) enters(next, now)
    for (let out = door.expired(now); out; out = door.expired(now)) again(out.refusal?.slot, now)
    const rings = door.nextAt()
    if (rings < Number.POSITIVE_INFINITY) at(Math.max(now + 1, rings), look)
  }
  const again = (slot: number | undefined, now: number) => at(now + (slot ?? 1_000), (then) => comes(true, then))
  const comes = (retry: boolean, now: number) => {
    comings++
    const each = new Arrival()
    each.retry = retry
    const answer = door.arrive(each, now)
    if (answer === undefined) enters(each, now)
    else if (answer !== QUEUED) again(answer.slot, now)
    look(now)
  }
  for (let n = 0; n < callers; n++) at(n / 100, (now) => comes(true, now))
  for (let next = agenda.shift(); next && done < callers; next = agenda.shift()) next.act(next.at)
  return { ms: last, comings }
}

describe('slots', () => {
  test('400 callers at once are served as fast as they can be, and come no more than three times each', () => {
    const { ms, comings } = allDone(400, 5, 50)
    // 4 s of work.
    expect(ms).toBeGreaterThanOrEqual(4_000)
    expect(ms).toBeLessThan(5_000)
    expect(comings).toBeLessThan(3 * 400)
  })
})

describe('deadlines that cannot be met', () => {
  test('are dropped, and taken again soon after the service is fast enough', () => {
    const served: number[] = []
    serve({
      phases: [
        { seconds: 20, rate: 100, workers: 20, mean: 50 },
        { seconds: 30, rate: 100, workers: 20, mean: 2_000 },
        { seconds: 10, rate: 100, workers: 20, mean: 50 },
      ],
      says: (request, _, now) => void (request.deadline = now + 500),
      onServed: (request, now) => void (request.deadline >= now && served.push(request.at)),
    })
    const between = (from: number, until: number) => served.filter((at) => at >= from && at < until).length
    expect(between(30_000, 50_000)).toBeLessThan(200)
    expect(between(53_000, 60_000)).toBeGreaterThan(0.9 * 700)
  })
})
