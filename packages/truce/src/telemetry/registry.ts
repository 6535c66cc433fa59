/**
 * Registry: one object for each list of names, and never more than a bounded number of them.
 *
 * Keyed by names, not by objects: a dependency made anew for every request finds the counters of the
 * one before it, which can then be collected. opossum kept every breaker ever made in one global set.
 *
 * @module
 */
import { warn } from './warning.js'

/** Names come from contracts and are few. An id used as a name would fill the memory, and the metrics store. */
const MOST_NAMES = 2_000

/** Stands for every name that came after the first `MOST_NAMES`. */
export const OTHER = '(other)'

export class Registry<T> {
  readonly #kind: string
  readonly #most: number
  readonly #entries = new Map<string, T>()
  #overflow: T | undefined

  /** @param kind what the names are of, for the warning */
  constructor(kind: string, most = MOST_NAMES) {
    this.#kind = kind
    this.#most = most
  }

  /** @param make called for names that are new; with `OTHER` for all of them once there are too many */
  get(names: readonly string[], make: (...names: string[]) => T): T {
    const key = JSON.stringify(names)
    const known = this.#entries.get(key)
    if (known) return known
    if (this.#entries.size >= this.#most) return (this.#overflow ??= this.#full(names, make))
    const entry = make(...names)
    this.#entries.set(key, entry)
    return entry
  }

  values(): readonly T[] {
    const entries = [...this.#entries.values()]
    return this.#overflow ? [...entries, this.#overflow] : entries
  }

  #full(names: readonly string[], make: (...names: string[]) => T): T {
    warn(
      'TRUCE_TOO_MANY_NAMES',
      `More than ${this.#most} ${this.#kind} have metrics; from ${names.join('/')} on they are counted together as ` +
        `"${OTHER}". Give operations fixed names, and put ids into keys or logs.`,
    )
    return make(...names.map(() => OTHER))
  }
}
