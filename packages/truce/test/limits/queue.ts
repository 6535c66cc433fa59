/**
 * What models of a queue are made of: events in their order, seeded randomness, service times.
 *
 * @module
 */

export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  for (let n = 0; n < 10; n++) next()
  return next
}

const normal = (u: Random) => Math.sqrt(-2 * Math.log(u())) * Math.cos(2 * Math.PI * u())

/** Service times of mean 1. */
export const SERVICE = {
  exponential: (u: Random) => -Math.log(u()),
  lognormal: (u: Random) => Math.exp(0.5 * normal(u) - 0.125),
  bimodal: (u: Random) => (u() < 0.9 ? 0.5 : 5.5),
  steady: (u: Random) => Math.exp(0.1 * normal(u)),
  heavy: (u: Random) => (u() < 0.8 ? 1 : 50) / 10.8,
}

/** Events by time, then by age: a binary heap. */
export class Agenda {
  readonly #heap: { at: number; age: number; act: () => void }[] = []
  #age = 0
  now = 0

  at(time: number, act: () => void): void {
    const heap = this.#heap
    let hole = heap.push({ at: time, age: this.#age++, act }) - 1
    while (hole > 0 && this.#before(hole, (hole - 1) >> 1)) hole = this.#swap(hole, (hole - 1) >> 1)
  }

  /** Does what is next; `false` where there is nothing left. */
  step(): boolean {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (!first || !last) return false
    if (heap.length > 0) {
      heap[0] = last
      for (let hole = 0; ;) {
        let child = 2 * hole + 1
        if (child >= heap.length) break
        if (child + 1 < heap.length && this.#before(child + 1, child)) child++
        if (!this.#before(child, hole)) break
        hole = this.#swap(hole, child)
      }
    }
    this.now = first.at
    first.act()
    return true
  }

  #before(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]] as [{ at: number; age: number }, { at: number; age: number }]
    return a.at < b.at || (a.at === b.at && a.age < b.age)
  }

  /** @returns where the first of the two is now */
  #swap(one: number, other: number): number {
    const heap = this.#heap as unknown[]
    const held = heap[one]
    heap[one] = heap[other]
    heap[other] = held
    return other
  }
}
