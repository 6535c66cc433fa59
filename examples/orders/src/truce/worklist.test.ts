import { afterEach, expect, test } from 'vitest'
import { type Worklist, worklist } from './worklist.js'

let list: Worklist | undefined
afterEach(() => list?.close())

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function table(ids: string[], atOnce: number) {
  const owed = new Map(ids.map((id) => [id, { id }]))
  const started: string[] = []
  const ends = new Map<string, { done: () => void; fail: () => void }>()
  list = worklist({
    owed: () => [...owed.values()],
    atOnce,
    pollMs: 1_000_000,
    work: ({ id }) => {
      started.push(id)
      return new Promise((resolve, reject) =>
        ends.set(id, { done: () => (owed.delete(id), resolve()), fail: () => reject(new Error('down')) }),
      )
    },
  })
  return { owed, started, ends, wake: list.wake }
}

test('what is owed from before is taken up at the start, a few at once, each once', async () => {
  const { started, ends, wake } = table(['a', 'b', 'c'], 2)
  wake()
  expect(started).toEqual(['a', 'b'])
  ends.get('a')?.done()
  await settle()
  expect(started).toEqual(['a', 'b', 'c'])
})

test('what failed stays owed, waits for the next look, and is done again', async () => {
  const { owed, started, ends, wake } = table(['a'], 2)
  ends.get('a')?.fail()
  await settle()
  expect(started).toEqual(['a'])
  wake()
  expect(started).toEqual(['a', 'a'])
  ends.get('a')?.done()
  await settle()
  expect(owed.size).toBe(0)
})

test('closed: running work is told, nothing new starts', () => {
  const signals: AbortSignal[] = []
  list = worklist({
    owed: () => [{ id: 'a' }, { id: 'b' }],
    atOnce: 1,
    pollMs: 1_000_000,
    work: (_, signal) => (signals.push(signal), new Promise(() => undefined)),
  })
  list.close()
  list.wake()
  expect(signals.map((signal) => signal.aborted)).toEqual([true])
})
