import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { virtualTime } from '../testing/index.js'
import { type Dated, TimerQueue } from './timer-queue.js'
import { Wheel } from './wheel.js'

interface Named extends Dated {
  readonly name: number
}

function setUp(ms: number) {
  const time = virtualTime()
  const wheel = new Wheel(time.clock)
  const queue = new TimerQueue(wheel, () => time.now(), ms)
  const rung: [name: number, at: number][] = []
  const start = (name: number): Named => {
    const timer: Named = {
      name,
      began: time.now(),
      earlier: undefined,
      later: undefined,
      ring: () => rung.push([name, time.now()]),
    }
    queue.add(timer)
    return timer
  }
  return { time, wheel, queue, rung, start }
}

describe('timer queue', () => {
  it('rings each when its time is up, and those that left never', async () => {
    const { time, queue, rung, start } = setUp(100)
    start(1)
    await time.advance(40)
    const second = start(2)
    start(3)
    await time.advance(20)
    queue.remove(second)
    queue.remove(second)
    await time.advance(1_000)
    expect(rung).toEqual([
      [1, 100],
      [3, 140],
    ])
  })

  it('has nothing on the wheel that counts while nobody waits, and leaves it when it rings', async () => {
    const { time, wheel, queue, start } = setUp(100)
    queue.remove(start(1))
    expect([wheel.size, queue.due > 0]).toEqual([0, true])
    await time.advance(1_000)
    expect(queue.due).toBe(-1)
  })

  it('a ring that takes off another, or adds one, harms neither', async () => {
    const { time, queue, rung, start } = setUp(100)
    const first: Dated = {
      began: time.now(),
      earlier: undefined,
      later: undefined,
      ring: () => {
        queue.remove(second)
        start(3)
      },
    }
    queue.add(first)
    const second = start(2)
    await time.advance(1_000)
    expect(rung).toEqual([[3, 200]])
  })

  it('does as a timer each would, whatever comes and goes', async () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 60 }),
      leaves: fc.option(fc.integer({ min: 0, max: 30 })),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30, size: 'max' }),
        fc.integer({ min: 1, max: 90 }),
        async (steps, ms) => {
          const { time, wheel, queue, rung, start } = setUp(ms)
          const all: Named[] = []
          const gone = new Map<number, number>()
          for (const [name, { wait, leaves }] of steps.entries()) {
            await time.advance(wait)
            all.push(start(name))
            const leaving = leaves === null ? undefined : all[leaves]
            if (!leaving) continue
            queue.remove(leaving)
            if (!gone.has(leaving.name)) gone.set(leaving.name, time.now())
          }
          await time.advance(10_000)
          const expected = all.filter(({ name, began }) => (gone.get(name) ?? Infinity) >= began + ms)
          expect(rung).toEqual(expected.map(({ name, began }) => [name, began + ms]))
          expect(wheel.size).toBe(0)
        },
      ),
    )
  })
})
