/**
 * Hold: how many events a second a bare heap in typed arrays holds, the least that any simulator does.
 *
 * The classical measure of event queues: take the first, put it back later by an exponential time. Times, turns (of
 * equal times the first comes first, or nothing is repeatable) and what, four children a node; the arrivals' logarithm
 * is the runtime's own.
 *
 * @see D. W. Jones, "An empirical comparison of priority-queue and event-set implementations" (1986)
 * @module
 */

/** @returns events a second of processor time */
export function holdRate(pending: number, events: number): number {
  const heap = new BareHeap(pending + 1)
  const exponential = exponentials()
  let turn = 0
  for (let i = 0; i < pending; i++) heap.add(exponential(), turn++, i)
  const began = process.cpuUsage()
  for (let i = 0; i < events; i++) {
    const { time, what } = heap
    heap.drop()
    heap.add(time + exponential(), turn++, what)
  }
  return events / secondsSince(began)
}

/** Of the processor, since then: a neighbour who takes it away takes it from both sides. */
export function secondsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1e6
}

function exponentials(): () => number {
  let state = 123_456_789
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return -Math.log(((state >>> 0) + 0.5) / 2 ** 32)
  }
}

class BareHeap {
  readonly #times: Float64Array
  readonly #turns: Float64Array
  readonly #whats: Int32Array
  #size = 0

  constructor(room: number) {
    this.#times = new Float64Array(room)
    this.#turns = new Float64Array(room)
    this.#whats = new Int32Array(room)
  }

  get time(): number {
    return this.#times[0] as number
  }

  get what(): number {
    return this.#whats[0] as number
  }

  add(time: number, turn: number, what: number): void {
    let hole = this.#size++
    while (hole > 0) {
      const parent = (hole - 1) >> 2
      if (this.#before(parent, time, turn)) break
      this.#move(parent, hole)
      hole = parent
    }
    this.#set(hole, time, turn, what)
  }

  drop(): void {
    const last = --this.#size
    const time = this.#times[last] as number
    const turn = this.#turns[last] as number
    let hole = 0
    for (let child = 1; child < last; child = 4 * hole + 1) {
      let least = child
      for (let other = child + 1; other < Math.min(child + 4, last); other++) {
        if (this.#before(other, this.#times[least] as number, this.#turns[least] as number)) least = other
      }
      if (!this.#before(least, time, turn)) break
      this.#move(least, hole)
      hole = least
    }
    this.#set(hole, time, turn, this.#whats[last] as number)
  }

  #before(place: number, time: number, turn: number): boolean {
    const its = this.#times[place] as number
    return its < time || (its === time && (this.#turns[place] as number) < turn)
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#times[from] as number, this.#turns[from] as number, this.#whats[from] as number)
  }

  #set(place: number, time: number, turn: number, what: number): void {
    this.#times[place] = time
    this.#turns[place] = turn
    this.#whats[place] = what
  }
}
