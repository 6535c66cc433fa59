import { describe, expect, test } from 'vitest'
import { limitedWorkers, type Turn, type WorkersOptions } from './workers.js'

/** Work ends when the test says so: no sleeps. */
function bench(options: Partial<WorkersOptions> = {}) {
  const running: { ms: number; finish: () => void }[] = []
  const workers = limitedWorkers({
    workers: 1,
    queue: 2,
    after: (ms, finish) => void running.push({ ms, finish }),
    ...options,
  })
  const turns: Record<string, Turn> = {}
  const send = (name: string, drop?: () => boolean) =>
    void workers.work(() => 10, drop).then((turn) => (turns[name] = turn))
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  const finishNext = () => running.shift()?.finish()
  return { workers, running, turns, send, settle, finishNext }
}

describe('limited workers', () => {
  test('attempts beyond the workers wait, attempts beyond the queue are refused', async () => {
    const { workers, turns, send, settle } = bench()
    for (const name of ['a', 'b', 'c', 'd']) send(name)
    await settle()
    expect(turns).toEqual({ d: 'full' })
    expect([workers.busy, workers.waiting]).toEqual([1, 2])
  })

  test('first come, first served', async () => {
    const { turns, send, settle, finishNext } = bench()
    for (const name of ['a', 'b', 'c']) send(name)
    finishNext()
    finishNext()
    await settle()
    expect(turns).toEqual({ a: 'done', b: 'done' })
  })

  test('queued work is done unless it is known to be for nobody when its turn comes', async () => {
    const { turns, send, finishNext, settle } = bench()
    let isLate = false
    send('a')
    send('late', () => isLate)
    send('c')
    isLate = true
    finishNext()
    finishNext()
    await settle()
    expect(turns).toEqual({ a: 'done', late: 'dropped', c: 'done' })
  })

  test('frozen: nothing starts or finishes; thawed: everything goes on', async () => {
    const { workers, turns, send, settle, finishNext } = bench()
    send('a')
    workers.freeze()
    finishNext()
    send('b')
    await settle()
    expect(turns).toEqual({})
    workers.thaw()
    finishNext()
    await settle()
    expect(turns).toEqual({ a: 'done', b: 'done' })
    expect(workers.busy).toBe(0)
  })

  test('fewer workers: started work is finished, no more is started beyond the new number', async () => {
    const { workers, send, running, finishNext } = bench({ workers: 2 })
    for (const name of ['a', 'b', 'c']) send(name)
    workers.resize(1)
    finishNext()
    expect([workers.busy, workers.waiting]).toEqual([1, 1])
    finishNext()
    expect([workers.busy, workers.waiting]).toEqual([1, 0])
    expect(running).toHaveLength(1)
  })
})
