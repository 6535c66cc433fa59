import { expect, test } from 'vitest'
import { parseScenario } from '../scenario/load.js'
import { documentOf } from './document.js'
import { drawnStorm } from './drawn.js'
import { climbAll } from './ladder.js'

const fifty = Array.from({ length: 50 }, (_, index) => drawnStorm(3, index))

test('every drawn storm is a scenario that can be run', () => {
  for (const storm of fifty) expect(parseScenario(documentOf(storm), storm.name).problems).toEqual([])
})

test('a seed and an index are always the same storm, another seed another', () => {
  expect(drawnStorm(3, 7)).toEqual(fifty[7])
  expect(new Set(fifty.map((storm) => documentOf(storm))).size).toBe(50)
  expect(drawnStorm(4, 7).load).not.toEqual(fifty[7]?.load)
})

test('no kind of fault, size or fleet is missing', () => {
  const said = new Set(fifty.flatMap(({ faults }) => faults.flatMap((fault) => Object.keys(fault))))
  for (const kind of ['down', 'hang', 'frozen', 'errors', 'slow', 'share', 'workers', 'lostAnswers'])
    expect(said).toContain(kind)
  expect(new Set(fifty.map(({ instances }) => instances)).size).toBe(6)
})

test('they are climbed like the ladder’s', () => {
  const { rungs, mean } = climbAll({ drawn: 2, seed: 3, seeds: 1 })
  expect(Object.keys(rungs)).toEqual(['drawn-3-0', 'drawn-3-1'])
  expect(mean.none).toBeCloseTo(((rungs['drawn-3-0']?.none ?? 0) + (rungs['drawn-3-1']?.none ?? 0)) / 2, 12)
  expect(mean.truce).toBeGreaterThan(0)
})
