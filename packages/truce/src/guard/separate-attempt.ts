/**
 * Separate attempt: one that is not its call's original, or is of a call that is only observed.
 *
 * @module
 */
import type { Owner } from '../context/owner.js'
import { Attempt } from './attempt.js'

/** What an attempt asks of its call. */
export interface AttemptHome {
  readonly callId: string
  readonly key: string | undefined
  now(): number
  headersOf(attempt: Attempt): Record<string, string>
}

export class SeparateAttempt extends Attempt {
  readonly #home: AttemptHome
  readonly attempt: number
  readonly endsAt: number
  readonly owner: Owner | undefined

  constructor(home: AttemptHome, attempt: number, endsAt: number, owner: Owner | undefined) {
    super()
    this.#home = home
    this.attempt = attempt
    this.endsAt = endsAt
    this.owner = owner
  }

  get id(): string {
    return `${this.#home.callId}#${this.attempt}`
  }

  get key(): string | undefined {
    return this.#home.key
  }

  get headers(): Record<string, string> {
    return this.#home.headersOf(this)
  }

  now(): number {
    return this.#home.now()
  }
}
