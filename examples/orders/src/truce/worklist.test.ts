import { afterEach, expect, test } from 'vitest'
import { FIRST_MS, PARKED_MS } from './due.js'
import { type WorkEnd, type Worklist, worklist } from './worklist.js'

let list: Worklist | undefined
afterEach(() => list?.close())

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function table(ids: string[], atOnce: number) {
  const owed = new Map(ids.map((id) => [id, { id }]))
  const started: string[] = []
  const ends = new Map<string, { end: (how: WorkEnd) => void; fail: () => void }>()
  const clock = { now: 0 }
  const opened = worklist({
    owed: () => [...owed.values()],
    atOnce,
    pollMs: 1_000_000,
    now: () => clock.now,
    random: () => 0.5,
    work: ({ id }) => {
      started.push(id)
      return new Promise((resolve, reject) =>
        ends.set(id, {
          end: (how) => {
            if (how === 'done') owed.delete(id)
            resolve(how)
          },
          fail: () => reject(new Error('down')),
        }),
      )
    },
  })
  list = opened
  async function end(how: WorkEnd | 'rejected', ...which: string[]): Promise<void> {
    for (const id of which) {
      if (how === 'rejected') ends.get(id)?.fail()
      else ends.get(id)?.end(how)
    }
    await settle()
  }
  /** What the look at that time starts. */
  function lookAt(now: number): string[] {
    clock.now = now
    const before = started.length
    opened.wake()
    return started.slice(before)
  }
  return { owed, started, end, lookAt, parked: opened.parked }
}

test('what is owed from before is taken up at the start, a few at once, each once', async () => {
  const { started, end, lookAt } = table(['a', 'b', 'c'], 2)
  expect(lookAt(0)).toEqual([])
  expect(started).toEqual(['a', 'b'])
  await end('done', 'a')
  expect(started).toEqual(['a', 'b', 'c'])
})

test.each(['again', 'rejected'] as const)('what failed (%s) stays owed and waits longer each time', async (how) => {
  const { owed, end, lookAt } = table(['a'], 2)
  await end(how, 'a')
  expect(lookAt(FIRST_MS - 1)).toEqual([])
  expect(lookAt(FIRST_MS)).toEqual(['a'])
  await end(how, 'a')
  expect(lookAt(FIRST_MS + 2 * FIRST_MS - 1)).toEqual([])
  expect(lookAt(FIRST_MS + 2 * FIRST_MS)).toEqual(['a'])
  await end('done', 'a')
  expect(owed.size).toBe(0)
})

test.each(['again', 'park'] as const)(
  'as many as run at once that only fail (%s) do not starve the rest',
  async (how) => {
    const { owed, end, lookAt } = table(['p1', 'p2', 'good', 'better'], 2)
    await end(how, 'p1', 'p2')
    expect(lookAt(1)).toEqual(['good', 'better'])
    await end('done', 'good', 'better')
    expect(lookAt(2)).toEqual([])
    expect([...owed.keys()]).toEqual(['p1', 'p2'])
  },
)

test('fresh work comes before what is due again', async () => {
  const { owed, end, lookAt } = table(['old'], 1)
  await end('again', 'old')
  owed.set('new', { id: 'new' })
  expect(lookAt(FIRST_MS)).toEqual(['new'])
})

test('a permanent answer is parked: owed, counted, and not tried for a long time', async () => {
  const { owed, end, lookAt, parked } = table(['a'], 2)
  await end('park', 'a')
  expect(lookAt(PARKED_MS - 1)).toEqual([])
  expect([parked(), owed.size]).toEqual([1, 1])
  expect(lookAt(PARKED_MS)).toEqual(['a'])
  await end('done', 'a')
  expect([parked(), owed.size]).toEqual([0, 0])
})

test('a restart takes up what was parked', async () => {
  await table(['a'], 2).end('park', 'a')
  list?.close()
  expect(table(['a'], 2).started).toEqual(['a'])
})

test('closed: running work is told, nothing new starts', () => {
  const signals: AbortSignal[] = []
  list = worklist({
    owed: () => [{ id: 'a' }, { id: 'b' }],
    atOnce: 1,
    pollMs: 1_000_000,
    now: () => 0,
    random: () => 0.5,
    work: (_, signal) => (signals.push(signal), new Promise(() => undefined)),
  })
  list.close()
  list.wake()
  expect(signals.map((signal) => signal.aborted)).toEqual([true])
})
