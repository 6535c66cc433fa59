/**
 * Cockatiel-like: `wrap(retry(handleAll, …), circuitBreaker(handleAll, …))` as cockatiel's readme shows them: three
 * retries after decorrelated jitter from 128 ms, open after five failures in a row, probed after 10 s.
 *
 * Read in cockatiel 3.2.1. Two differences: callers that it parks behind the probe are refused here, and so is a retry
 * that meets an open breaker, which it would repeat once more.
 *
 * @module
 */
import type { CallFacts, Permit, Random } from 'truce/policy'
import type { Gate } from './client.js'
import { fieldModel } from './model.js'

/** Opens after so many failures in a row; one probe closes it or opens it again. */
export class ConsecutiveGate implements Gate {
  readonly #failures: number
  readonly #halfOpenAfter: number
  #inARow = 0
  #openedAt = Number.NEGATIVE_INFINITY
  #state: 'closed' | 'open' | 'probing' = 'closed'

  constructor(failures: number, halfOpenAfter: number) {
    this.#failures = failures
    this.#halfOpenAfter = halfOpenAfter
  }

  refuses(now: number): boolean {
    return this.#state === 'probing' || (this.#state === 'open' && now < this.#openedAt + this.#halfOpenAfter)
  }

  enter(now: number): Permit {
    if (this.refuses(now)) return 0
    if (this.#state === 'closed') return CLOSED
    this.#state = 'probing'
    return PROBE
  }

  /** A success of any attempt ends the row; only the probe closes. */
  succeeded(permit: Permit): boolean {
    this.#inARow = 0
    if (permit !== PROBE) return false
    this.#state = 'closed'
    return true
  }

  failed(permit: Permit, now: number): boolean {
    this.#inARow++
    if (permit === PROBE || (this.#state === 'closed' && this.#inARow >= this.#failures)) {
      this.#state = 'open'
      this.#openedAt = now
      return true
    }
    return false
  }

  isOpen(): boolean {
    return this.#state !== 'closed'
  }
}

const CLOSED: Permit = 1
const PROBE: Permit = 2

/** Waits are differences of a curve that grows by `exponent`; scaled so that their medians are near 1, 2, 4. */
const SCALE = 1 / 1.4
const curve = (exponent: number, t: number) => exponent ** t * Math.tanh(Math.sqrt(4 * t))

/**
 * The wait before a retry. Where the curve stood before is what the last wait tells; of the waits before that one it is
 * their median.
 */
export function decorrelated(call: CallFacts, initial: number, max: number, random: Random): number {
  const step = call.attempt - 1
  const last = call.waited / (SCALE * initial)
  const before = step === 0 ? 0 : last + (step === 1 ? 0 : curve(2, step - 1.5))
  return Math.min(max, Math.max(0, curve(2, step + random()) - before) * SCALE * initial)
}

export const cockatiel = fieldModel({
  about: 'cockatiel-like: 4 attempts after decorrelated jitter, open for 10 s after 5 failures in a row',
  attempts: 4,
  attemptTimeout: Infinity,
  settings: { initial: 128, max: 30_000, failures: 5, halfOpenAfter: 10_000 },
  parts: ({ initial, max, failures, halfOpenAfter }) => ({
    gate: new ConsecutiveGate(failures, halfOpenAfter),
    wait: (call, _failure, random) => decorrelated(call, initial, max, random),
  }),
})
