import { expect, test } from 'vitest'
import { Counts } from './counts.js'

test('counts beyond a byte, each place by itself', () => {
  const counts = new Counts(3)
  for (let i = 0; i < 256; i++) counts.add(1)
  expect([counts.at(0), counts.at(1), counts.at(2)]).toEqual([0, 256, 0])
  for (let i = 0; i < 65_535; i++) counts.add(1)
  for (let i = 0; i < 255; i++) counts.add(2)
  expect([counts.at(0), counts.at(1), counts.at(2)]).toEqual([0, 65_791, 255])
  expect(counts.length).toBe(3)
})
