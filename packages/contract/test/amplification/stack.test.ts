import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checked } from '../given.js'
import { documentsOf, type Hop, hops, run } from './stack.js'

/** Rows of `check`, the shortest path first: the n-th ends in the n-th service below the action. */
const rowsOf = (stack: readonly Hop[]) => checked(documentsOf(stack)).amplification

const never = () => false
const always = () => true

describe('amplification, against layers that really loop', () => {
  it('has as outage what arrives at each service while that is down', () => {
    fc.assert(
      fc.property(hops, (stack) => {
        const counted = stack.map((_, at) => run(stack.slice(0, at + 1), true, never))
        expect(rowsOf(stack).map(({ outage }) => outage)).toEqual(counted)
      }),
      { numRuns: 200 },
    )
  })

  it('has as worst what arrives where every answer is lost', () => {
    fc.assert(
      fc.property(hops, (stack) => {
        const counted = stack.map((_, at) => run(stack.slice(0, at + 1), false, always))
        expect(rowsOf(stack).map(({ worst }) => worst)).toEqual(counted)
      }),
      { numRuns: 200 },
    )
  })

  it('is never exceeded, whatever fails when', () => {
    fc.assert(
      fc.property(hops, fc.boolean(), fc.infiniteStream(fc.boolean()), (stack, down, losses) => {
        const arrived = run(stack, down, () => losses.next().value === true)
        expect(arrived).toBeLessThanOrEqual(rowsOf(stack).at(-1)?.worst ?? 0)
      }),
      { numRuns: 200 },
    )
  })
})
