import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Agenda } from './agenda.js'

/** The same by the book: a list that is searched. */
class Model {
  readonly #pending: { time: number; turn: number; what: number }[] = []
  #turns = 0
  add(time: number, what: number): void {
    this.#pending.push({ time, turn: this.#turns++, what })
  }
  take(): { time: number; what: number } | undefined {
    this.#pending.sort((one, other) => one.time - other.time || one.turn - other.turn)
    return this.#pending.shift()
  }
}

/** Waits of all sizes, with many ties: within a slot, among the slots, beyond all of them. */
const wait = fc.oneof(
  fc.constantFrom(0, 1, 1_000),
  fc.double({ min: 0, max: 3, noNaN: true }),
  fc.integer({ min: 0, max: 100_000 }),
  fc.integer({ min: 0, max: 100_000_000 }),
)

test('takes by time, and of one instant by turn, whatever is added in between', () => {
  const steps = fc.array(fc.record({ take: fc.boolean(), waits: fc.array(wait, { maxLength: 4 }) }), { maxLength: 200 })
  fc.assert(
    fc.property(steps, (all) => {
      const agenda = new Agenda()
      const model = new Model()
      let what = 0
      const take = () => {
        const expected = model.take()
        if (expected !== undefined && expected.time > 0) expect(agenda.take(expected.time / 2)).toBe(-1)
        expect(agenda.take(expected?.time)).toBe(expected?.what ?? -1)
        if (expected !== undefined) expect(agenda.now).toBe(expected.time)
      }
      for (const { take: takes, waits } of all) {
        for (const ms of waits) {
          agenda.add(agenda.now + ms, what)
          model.add(agenda.now + ms, what++)
        }
        if (takes) take()
      }
      while (agenda.size > 0) take()
      expect(agenda.take()).toBe(-1)
    }),
    { numRuns: 300 },
  )
})

test.each([
  [20_000, 0.001],
  [20_000, 1],
  [20_000, 10_000],
  // So many that slots are crowded.
  [120_000, 1],
])('keeps the order of %d while the width follows traffic of one event each %d ms', (pending, gap) => {
  const agenda = new Agenda()
  for (let i = 0; i < pending; i++) agenda.add(((i * 7_919) % pending) * gap, i)
  let [last, taken] = [-1, 0]
  let ordered = true
  for (let what = agenda.take(); taken < 300_000; what = agenda.take()) {
    ordered &&= what >= 0 && agenda.now >= last
    last = agenda.now
    taken++
    agenda.add(agenda.now + ((what * 31) % pending) * gap + gap, what)
  }
  expect(ordered).toBe(true)
})

test('a reserved turn keeps its place in an instant', () => {
  const agenda = new Agenda()
  const turn = agenda.reserve()
  agenda.add(5, 1)
  agenda.addInTurn(5, turn, 2)
  expect([agenda.take(), agenda.take()]).toEqual([2, 1])
})
