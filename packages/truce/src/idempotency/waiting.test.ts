import { expect, test } from 'vitest'
import { virtualTime } from '../testing/index.js'
import { memory } from './stores/memory.js'
import { waiting } from './waiting.js'

function waits(changed: 'never' | 'fails' | 'none', polls = 0) {
  const time = virtualTime()
  const store = memory()
  if (changed === 'none') delete store.changed
  else store.changed = () => (changed === 'fails' ? Promise.reject(new Error('reset')) : new Promise(() => undefined))
  const woken: number[] = []
  const settings = { store, clock: time.clock, random: () => 1 }
  return { time, woken, stop: waiting(settings, 'scope', 2_000, polls, () => woken.push(time.now())) }
}

test.for<['never' | 'fails' | 'none', number, number]>([
  ['never', 0, 2_000],
  ['none', 0, 25],
  ['none', 2, 100],
  ['none', 50, 250],
  ['fails', 0, 25],
])('where the store tells of it: %s, asked %i times before, it looks after %i ms', async ([changed, polls, at]) => {
  const { time, woken } = waits(changed, polls)
  await time.runAll()
  expect(woken).toEqual([at])
  expect(time.pending).toEqual([])
})

test('stopped, it wakes nobody and leaves nothing', async () => {
  for (const changed of ['never', 'fails', 'none'] as const) {
    const { time, woken, stop } = waits(changed)
    stop()
    await time.runAll()
    expect([woken, time.pending]).toEqual([[], []])
  }
})
