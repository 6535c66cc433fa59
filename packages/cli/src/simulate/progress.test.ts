import { expect, test } from 'vitest'
import { simulationProgress } from './progress.js'

function told(isTTY: boolean, always: boolean): string[] {
  const written: string[] = []
  let now = 0
  const stderr = { isTTY, write: (text: string) => written.push(text) }
  const progress = simulationProgress(stderr, { always, clock: () => now })
  progress.step(0.01, 10_000)
  now = 1_000
  progress.step(0.1, 1_500_000)
  now = 1_050
  progress.step(0.11, 1_600_000)
  progress.end()
  return written
}

test('on a terminal one line: how far, how fast, how long', () => {
  expect(told(true, false)).toEqual(['\r\u001B[K10 %, 1.50 million events a second, 9 s left', '\r\u001B[K'])
})

test('elsewhere nothing, or lines where they are asked for', () => {
  expect(told(false, false)).toEqual([])
  expect(told(false, true)).toEqual(['10 %, 1.50 million events a second, 9 s left\n'])
})
