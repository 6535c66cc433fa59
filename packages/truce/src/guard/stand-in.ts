/**
 * Stand-in: what a caller gets when retries end without an answer: the last good one, or a substitute.
 *
 * A stale value that looks fresh, or one tenant's answer given to another, is worse than an error. So a
 * cached answer needs an age up to which it is good enough and a key that says whose it is, a substitute
 * says how far it may be trusted, and neither stands in for a write whose effect somebody relies on.
 *
 * @module
 */
import { Partitions } from '../policy/partitions.js'
import { said, warn } from '../telemetry/warning.js'
import type { Failed, StandInSettings, StoodIn } from './fallback.js'

interface Kept {
  value: unknown
  /** When it came, ms on the guard's clock; -Infinity while there is none. */
  at: number
}

export class StandIn {
  readonly #settings: StandInSettings
  readonly #kept: Partitions<Kept>
  readonly #name: string
  #warned = false

  /** @param name of the operation, for warnings */
  constructor(settings: StandInSettings, name: string) {
    this.#name = name
    this.#settings = settings
    this.#kept = new Partitions<Kept>(() => ({ value: undefined, at: Number.NEGATIVE_INFINITY }), settings.max)
  }

  /** Names that a call has to give values for; none where nothing is cached. */
  get key(): readonly string[] {
    return this.#settings.key
  }

  /** The dependency gave this. @param key the call's cache key */
  remember(value: unknown, key: string | undefined, now: number): void {
    if (this.#settings.maxAge === undefined || key === undefined) return
    if (isReadOnce(value))
      return this.#warn(
        'an answer that can be read only once (a Response, a stream) is not cached; read it inside run() and return its content',
      )
    const kept = this.#kept.get(key)
    kept.value = value
    kept.at = now
  }

  /** What stands in, now or later; `undefined` where nothing can. Never rejects. */
  serve(failed: Failed, cacheKey: string | undefined, now: number): StoodIn | undefined | Promise<StoodIn | undefined> {
    const cached = this.#cached(cacheKey, now)
    return cached || !this.#settings.fallback ? cached : this.#fallBack(failed)
  }

  #cached(key: string | undefined, now: number): StoodIn | undefined {
    const { maxAge } = this.#settings
    const kept = key === undefined ? undefined : this.#kept.peek(key)
    if (maxAge === undefined || kept === undefined) return undefined
    const { value, at } = kept
    const age = now - at
    return age <= maxAge ? { value, source: 'cache', quality: 'stale', age } : undefined
  }

  async #fallBack(failed: Failed): Promise<StoodIn | undefined> {
    const { fallback, quality } = this.#settings
    try {
      const value = await fallback?.(failed)
      return { value, source: 'fallback', quality, age: 0 }
    } catch (error) {
      this.#warn(`its fallback failed, and its callers get the failure itself: ${said(error)}`)
      return undefined
    }
  }

  /** Once: in an outage every call would say the same. */
  #warn(what: string): void {
    if (this.#warned) return
    this.#warned = true
    warn('TRUCE_STAND_IN', `${this.#name}: ${what}`)
  }
}

/** Kept for the next caller, what can be read only once would be empty. */
function isReadOnce(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  try {
    return 'bodyUsed' in value || 'getReader' in value || Symbol.asyncIterator in value
  } catch {
    return true // a proxy that answers no question: nobody knows what the next caller would get
  }
}
