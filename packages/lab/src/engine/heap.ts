/**
 * Heap: the smallest time first, of equal times the smallest turn. Four children a node, in typed arrays.
 *
 * @module
 */

/** Entries of (time, turn, what): what is a whole number of 32 bits. */
export class Heap {
  #times = new Float64Array(64)
  #turns = new Float64Array(64)
  #whats = new Int32Array(64)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The first one's; read them before `drop`. Nothing where it is empty. */
  get time(): number {
    return this.#times[0] as number
  }

  get turn(): number {
    return this.#turns[0] as number
  }

  get what(): number {
    return this.#whats[0] as number
  }

  add(time: number, turn: number, what: number): void {
    if (this.#size === this.#times.length) this.#grow()
    const times = this.#times
    const turns = this.#turns
    const whats = this.#whats
    let hole = this.#size++
    while (hole > 0) {
      const parent = (hole - 1) >> 2
      const above = times[parent] as number
      if (above < time || (above === time && (turns[parent] as number) < turn)) break
      times[hole] = above
      turns[hole] = turns[parent] as number
      whats[hole] = whats[parent] as number
      hole = parent
    }
    times[hole] = time
    turns[hole] = turn
    whats[hole] = what
  }

  /** Takes the first one out. */
  drop(): void {
    const last = --this.#size
    if (last <= 0) {
      this.#size = 0
      return
    }
    const times = this.#times
    const turns = this.#turns
    const whats = this.#whats
    const time = times[last] as number
    const turn = turns[last] as number
    let hole = 0
    for (let child = 1; child < last; child = 4 * hole + 1) {
      let least = child
      let leastTime = times[child] as number
      const end = Math.min(child + 4, last)
      for (let other = child + 1; other < end; other++) {
        const its = times[other] as number
        if (its < leastTime || (its === leastTime && (turns[other] as number) < (turns[least] as number))) {
          least = other
          leastTime = its
        }
      }
      if (time < leastTime || (time === leastTime && turn < (turns[least] as number))) break
      times[hole] = leastTime
      turns[hole] = turns[least] as number
      whats[hole] = whats[least] as number
      hole = least
    }
    times[hole] = time
    turns[hole] = turn
    whats[hole] = whats[last] as number
  }

  /** Takes all out, in no order. */
  empty(each: (time: number, turn: number, what: number) => void): void {
    const size = this.#size
    this.#size = 0
    for (let i = 0; i < size; i++) each(this.#times[i] as number, this.#turns[i] as number, this.#whats[i] as number)
  }

  #grow(): void {
    const room = this.#times.length * 2
    this.#times = grown(this.#times, room)
    this.#turns = grown(this.#turns, room)
    this.#whats = grown(this.#whats, room)
  }
}

/** The same numbers with more room behind them. */
export function grown<A extends Float64Array | Int32Array | Uint32Array | Uint8Array>(from: A, room: number): A {
  const to = new (from.constructor as new (length: number) => A)(room)
  to.set(from)
  return to
}
