/**
 * Partitions: one state for each host, tenant or shard, of a bounded number of them.
 *
 * A breaker for all hosts opens for the healthy ones because of one dead one; a breaker for each
 * tenant, kept for ever, is a leak that a stranger can fill by inventing names. So states are made
 * when first asked for, and the one not asked for longest is forgotten when there are too many.
 *
 * @module
 */

/** The bound where none is said. */
export const PARTITIONS = Object.freeze({
  /** States kept; some hundred bytes to some kilobytes each. */
  max: 1_000,
})

/**
 * State by key, made on demand, least recently used out first. Every operation is O(1).
 *
 * What is forgotten is only no longer found: who holds it may go on using it.
 *
 * @example
 * const breakers = new Partitions((host) => new Breaker(settings))
 * breakers.get('db-1').wouldAllow(now)
 */
export class Partitions<T> {
  /** In the order of their last use, oldest first. */
  readonly #states = new Map<string, T>()
  readonly #make: (key: string) => T
  readonly #max: number

  /** @param max states kept, at least 1 */
  constructor(make: (key: string) => T, max: number = PARTITIONS.max) {
    this.#make = make
    this.#max = Math.max(1, max)
  }

  get size(): number {
    return this.#states.size
  }

  /** The key's state, made by the function given if there is none (any more). */
  get(key: string): T {
    let state = this.#states.get(key)
    if (state === undefined && !this.#states.has(key)) {
      // Made before another is forgotten: a function that throws changes nothing.
      state = this.#make(key)
      if (this.#states.size >= this.#max) this.#forgetOldest()
    } else this.#states.delete(key)
    this.#states.set(key, state as T)
    return state as T
  }

  /** The key's state where there is one; that it was looked at is no use of it. */
  peek(key: string): T | undefined {
    return this.#states.get(key)
  }

  /** The states kept, least recently used first. */
  values(): IterableIterator<T> {
    return this.#states.values()
  }

  #forgetOldest(): void {
    for (const oldest of this.#states.keys()) {
      this.#states.delete(oldest)
      return
    }
  }
}
