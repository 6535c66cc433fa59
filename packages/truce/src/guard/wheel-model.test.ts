import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Clock } from './clock.js'
import { type Timer, Wheel } from './wheel.js'

type Step =
  | { readonly do: 'add'; readonly ms: number; readonly alive: boolean }
  | { readonly do: 'remove' | 'again'; readonly which: number }
  | { readonly do: 'move'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    ms: fc.oneof(fc.double({ min: 0.001, max: 50, noNaN: true }), fc.integer({ min: 1, max: 10_000 })),
    alive: fc.boolean(),
  }),
  fc.record({ do: fc.constantFrom('remove' as const, 'again' as const), which: fc.nat(40) }),
  fc.record({ do: fc.constant('move' as const), ms: fc.double({ min: 0, max: 3_000, noNaN: true }) }),
)

/** Rings each alarm at its very time, so that the model can foretell the moment. */
function exactClock() {
  let now = 0
  let armed: { at: number; ring: () => void } | undefined
  let alive = false
  const clock: Clock = {
    now: () => now,
    epoch: 0,
    alarm(ms, ring) {
      const mine = { at: now + ms, ring }
      armed = mine
      return {
        keepAlive: (yes) => void (alive = yes),
        cancel: () => {
          if (armed === mine) armed = undefined
        },
      }
    },
  }
  const move = (ms: number) => {
    const target = now + ms
    while (armed && armed.at <= target) {
      const { at, ring } = armed
      armed = undefined
      now = Math.max(now, at)
      ring()
    }
    now = target
  }
  return { clock, move, alive: () => armed !== undefined && alive }
}

it('rings what a sorted list would ring, in its order, whatever is added, removed or added again', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const { clock, move, alive } = exactClock()
      const wheel = new Wheel(clock)
      const rung: number[] = []
      const timers: Timer[] = []
      /** Model: due in whole ms, then order of adding. */
      let model: { name: number; due: number; order: number; alive: boolean }[] = []
      const expected: number[] = []
      let order = 0
      const add = (name: number, ms: number, keepsAlive: boolean) => {
        const at = clock.now()
        wheel.add(timers[name] as Timer, at, ms, keepsAlive)
        model.push({ name, due: Math.max(Math.floor(at) + 1, Math.ceil(at + ms)), order: order++, alive: keepsAlive })
      }
      const remove = (name: number) => {
        wheel.remove(timers[name] as Timer)
        model = model.filter((entry) => entry.name !== name)
      }
      for (const each of steps) {
        if (each.do === 'add') {
          const name = timers.length
          timers.push({
            due: -1,
            earlier: undefined,
            later: undefined,
            keepsAlive: false,
            ring: () => void rung.push(name),
          })
          add(name, each.ms, each.alive)
        } else if (each.do === 'move') {
          move(each.ms)
          const due = model
            .filter((entry) => entry.due <= clock.now())
            .toSorted((a, b) => a.due - b.due || a.order - b.order)
          expected.push(...due.map((entry) => entry.name))
          model = model.filter((entry) => entry.due > clock.now())
        } else if (timers.length > 0) {
          const name = each.which % timers.length
          remove(name)
          if (each.do === 'again') add(name, 17, false)
        }
        expect(rung).toEqual(expected)
        expect(wheel.size).toBe(model.length)
        if (model.length > 0) expect(alive()).toBe(model.some((entry) => entry.alive))
      }
    }),
    { numRuns: 500 },
  )
})
