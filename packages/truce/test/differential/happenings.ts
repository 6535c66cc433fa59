/**
 * Happenings: what is to come, in the order of its time; of two at one moment the one set first.
 *
 * @module
 */

interface Happening {
  readonly at: number
  readonly happen: (now: number) => void
}

export class Happenings {
  readonly #ahead: Happening[] = []

  add(at: number, happen: (now: number) => void): void {
    if (at === Number.POSITIVE_INFINITY) return
    const place = this.#ahead.findIndex((other) => other.at > at)
    this.#ahead.splice(place < 0 ? this.#ahead.length : place, 0, { at, happen })
  }

  /** Until nothing is ahead any more. */
  run(): void {
    for (let next = this.#ahead.shift(); next; next = this.#ahead.shift()) next.happen(next.at)
  }
}
