import { describe, expect, it } from 'vitest'
import { endsOf, further, LONGEST, shown, type Way } from './way.js'

/** Calls of s1, s2, …, from s0. */
function wayOf(calls: number): Way<{ name: string }> {
  let way = further(undefined, { name: 's1' })
  for (let n = 2; n <= calls; n++) way = further(way, { name: `s${n}` })
  return way
}

const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `s${from + at}`)

describe('a way', () => {
  it.each([1, 2, 31, 32, LONGEST - 1])('of %i calls is shown whole', (calls) => {
    expect(shown('s0', endsOf(wayOf(calls)))).toEqual({ names: names(0, calls) })
  })

  it.each([LONGEST, LONGEST + 1, 1_000])('of %i calls is shown by its ends, 64 entries long', (calls) => {
    const left = calls + 1 - 63
    expect(shown('s0', endsOf(wayOf(calls)))).toEqual({
      names: [...names(0, 31), `… ${left} left out …`, ...names(calls - 30, calls)],
      leftOut: left,
    })
  })

  it('shares its first calls with the way above', () => {
    const way = wayOf(100)
    expect(way.first).toBe(way.above?.first)
  })
})
