import { describe, expect, it } from 'vitest'
import { Arrival } from './arrival.js'
import { BACKGROUND, GREEDY, ORIGINAL, RETRY, Waiting } from './waiting.js'

/** Who waits, in the order they came: name, rank, since when. */
function queue(...arrivals: [name: string, rank: number, since?: number][]) {
  const waiting = new Waiting()
  const byName = new Map<string, Arrival>()
  for (const [name, rank, since] of arrivals) {
    const arrival = new Arrival()
    arrival.caller = name
    arrival.since = since ?? byName.size
    byName.set(name, arrival)
    waiting.push(arrival, rank)
  }
  const arrival = (name: string) => byName.get(name) as Arrival
  return { waiting, arrival, leave: (name: string) => waiting.remove(arrival(name)) }
}

/** Takes one after the other until nobody is given out. @returns their names */
function drain(waiting: Waiting, next: () => Arrival | undefined): (string | undefined)[] {
  const names = []
  for (let arrival = next(); arrival; arrival = next()) {
    names.push(arrival.caller)
    waiting.remove(arrival)
  }
  return names
}

const MIXED: [string, number][] = [
  ['greedy', GREEDY],
  ['retry', RETRY],
  ['background', BACKGROUND],
  ['original', ORIGINAL],
  ['second retry', RETRY],
  ['second original', ORIGINAL],
]

describe('who waits for a place', () => {
  it('is handed out by time alone while all goes well', () => {
    const { waiting } = queue(...MIXED)
    expect(drain(waiting, () => waiting.oldest())).toEqual(MIXED.map(([name]) => name))
    const reversed = queue(...MIXED.toReversed())
    expect(drain(reversed.waiting, () => reversed.waiting.oldest())).toEqual(MIXED.toReversed().map(([name]) => name))
  })

  it('goes before a worse rank that came in the same millisecond', () => {
    const { waiting } = queue(['greedy', GREEDY, 5], ['retry', RETRY, 5], ['original', ORIGINAL, 5])
    expect(drain(waiting, () => waiting.oldest())).toEqual(['original', 'retry', 'greedy'])
  })

  it('is handed out under overload by rank, the newest first', () => {
    const { waiting } = queue(...MIXED)
    expect(drain(waiting, () => waiting.newestOfBest())).toEqual([
      'second original',
      'original',
      'background',
      'second retry',
      'retry',
      'greedy',
    ])
  })

  it.each([
    [ORIGINAL, ['greedy', 'retry', 'second retry', 'background', 'original', 'second original']],
    [BACKGROUND, ['greedy', 'retry', 'second retry', 'background']],
    [RETRY, ['greedy', 'retry', 'second retry']],
    [GREEDY, ['greedy']],
  ])('makes room for rank %i: the oldest of the worst rank first, none of a better one', (rank, names) => {
    const { waiting } = queue(...MIXED)
    expect(drain(waiting, () => waiting.oldestOfWorst(rank))).toEqual(names)
  })

  it('may leave from anywhere in the queue', () => {
    const four: [string, number][] = ['a', 'b', 'c', 'd'].map((name) => [name, RETRY])
    for (const [name] of four) {
      const { waiting, leave } = queue(...four)
      leave(name)
      const left = four.map(([other]) => other).filter((other) => other !== name)
      expect(waiting.first(RETRY)?.caller).toBe(left[0])
      expect(waiting.newestOfBest()?.caller).toBe(left[2])
      expect(drain(waiting, () => waiting.oldest())).toEqual(left)
    }
  })

  it('is linked to its neighbours, and to nobody once it has left', () => {
    const { arrival, leave } = queue(['a', RETRY], ['b', RETRY], ['c', RETRY])
    expect([arrival('b').ahead?.caller, arrival('b').behind?.caller, arrival('b').rank]).toEqual(['a', 'c', RETRY])
    leave('b')
    expect([arrival('b').ahead, arrival('b').behind, arrival('b').rank]).toEqual([undefined, undefined, -1])
    expect([arrival('a').behind?.caller, arrival('c').ahead?.caller]).toEqual(['c', 'a'])
  })

  it('is counted', () => {
    const { waiting, leave } = queue(['a', ORIGINAL], ['b', GREEDY])
    expect(waiting.length).toBe(2)
    leave('a')
    expect(waiting.length).toBe(1)
  })

  it('may be nobody', () => {
    const { waiting, leave } = queue(['a', ORIGINAL])
    leave('a')
    expect([
      waiting.length,
      waiting.oldest(),
      waiting.newestOfBest(),
      waiting.oldestOfWorst(ORIGINAL),
      waiting.first(ORIGINAL),
    ]).toEqual([0, undefined, undefined, undefined, undefined])
  })
})
