/**
 * When owed work is due again, item by item.
 *
 * Without it each look at the table takes the same failing items first: as many as are worked on at once
 * keep all others from their turn for good, and repeat their calls outside any backoff. In memory: what is
 * owed stands in the table, and after a restart (with the new credential, the new address) all of it is due.
 *
 * @module
 */
import { type Random, spread } from '../random.js'

/** Means; each wait is spread, so that what failed together does not come back together. */
export const FIRST_MS = 250
/** Short enough for a short run to see its work finished. */
export const MAX_MS = 5_000
/** A permanent answer is not mended by asking again: somebody has to do something first. */
export const PARKED_MS = 600_000

export interface Due {
  /** It failed, and may pass: due after a wait that grows with every failure. */
  again(id: string, now: number): void
  /** It got a permanent answer: due only after a long time. */
  park(id: string, now: number): void
  forget(id: string): void
  /**
   * What is due of all that is owed: what never failed in its own order, then what has been due the longest.
   * Waits of items that are no longer owed are forgotten.
   */
  inTurn<T extends { readonly id: string }>(owed: readonly T[], now: number): T[]
  readonly parked: number
}

interface Wait {
  readonly failures: number
  readonly until: number
  readonly parked: boolean
}

export function dueTimes(random: Random): Due {
  const waits = new Map<string, Wait>()

  function wait(id: string, now: number, parked: boolean): void {
    const failures = (waits.get(id)?.failures ?? 0) + 1
    const mean = parked ? PARKED_MS : Math.min(FIRST_MS * 2 ** (failures - 1), MAX_MS)
    waits.set(id, { failures, until: now + spread(mean, random), parked })
  }

  return {
    again: (id, now) => wait(id, now, false),
    park: (id, now) => wait(id, now, true),
    forget: (id) => void waits.delete(id),
    inTurn(owed, now) {
      if (waits.size === 0) return [...owed]
      const ids = new Set(owed.map(({ id }) => id))
      for (const id of waits.keys()) if (!ids.has(id)) waits.delete(id)
      const until = (id: string) => waits.get(id)?.until ?? -Infinity
      return [
        ...owed.filter(({ id }) => !waits.has(id)),
        ...owed.filter(({ id }) => waits.has(id) && until(id) <= now).toSorted((a, b) => until(a.id) - until(b.id)),
      ]
    },
    get parked() {
      return [...waits.values()].filter(({ parked }) => parked).length
    },
  }
}
