/**
 * Agenda: the alarms of a clock that stands still, in the order in which they ring.
 *
 * @module
 */
import type { Alarm } from '../guard/clock.js'

/** An alarm that has not rung. */
export interface Pending {
  /** When it will, on the clock. */
  readonly at: number
  /** Would it keep a real process alive? */
  readonly keepsAlive: boolean
}

interface Entry {
  readonly at: number
  readonly order: number
  readonly ring: () => void
  keepsAlive: boolean
}

/** Ordered by time, and by insertion where times are equal: ties never depend on chance. */
export class Agenda {
  readonly #entries: Entry[] = []
  #orders = 0

  add(at: number, ring: () => void): Alarm {
    const entry: Entry = { at, order: this.#orders++, ring, keepsAlive: true }
    // What is due in an infinite time never rings.
    if (at < Number.POSITIVE_INFINITY) this.#entries.splice(this.#place(entry), 0, entry)
    return {
      keepAlive(yes) {
        entry.keepsAlive = yes
      },
      cancel: () => {
        const place = this.#place(entry)
        if (this.#entries[place] === entry) this.#entries.splice(place, 1)
      },
    }
  }

  /** Is one due by `latest`? */
  due(latest: number): boolean {
    const next = this.#entries[0]
    return next !== undefined && next.at <= latest
  }

  /** Takes the next one off the list. */
  take(): { readonly at: number; readonly ring: () => void } {
    const next = this.#entries.shift()
    if (!next) throw new Error('Agenda: nothing to take; ask due() first')
    return next
  }

  list(): readonly Pending[] {
    return this.#entries.map(({ at, keepsAlive }) => ({ at, keepsAlive }))
  }

  /** Binary search for where the entry is, or belongs. */
  #place({ at, order }: Entry): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#entries[middle] as Entry
      if (other.at < at || (other.at === at && other.order < order)) low = middle + 1
      else high = middle
    }
    return low
  }
}
