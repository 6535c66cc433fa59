/**
 * The last known availability, while it is fresh enough to promise anything by: what an order falls back to
 * when the inventory does not answer.
 *
 * @module
 */
export interface Fresh<T> {
  keep(key: string, value: T, now: number): void
  /** The value kept for the key, unless it is older than `maxAge`. */
  recall(key: string, now: number): T | undefined
}

export function fresh<T>(maxAge: number): Fresh<T> {
  const kept = new Map<string, { value: T; at: number }>()
  return {
    keep: (key, value, now) => void kept.set(key, { value, at: now }),
    recall(key, now) {
      const entry = kept.get(key)
      return entry && now - entry.at <= maxAge ? entry.value : undefined
    },
  }
}
