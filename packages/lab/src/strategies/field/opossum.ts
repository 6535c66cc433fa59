/**
 * Opossum-like: a breaker with its defaults and no retry at all: 10 s timeout, open above 50 % failures of 10 s, however
 * few they are, for 30 s; then one trial.
 *
 * Read in opossum 9.0.0: what it rejects counts among the calls of the window but not among the failures, and any
 * success that arrives while it is half-open closes it.
 *
 * @module
 */
import { type Permit, TimeWindow } from 'truce/policy'
import type { Gate } from './client.js'
import { fieldModel } from './model.js'

const FIRES = 0
const FAILURES = 1
const PASS: Permit = 1

interface Settings {
  /** Share of failures above which it opens. */
  readonly threshold: number
  readonly volume: number
  readonly window: number
  readonly reset: number
}

/** Failures ÷ calls over a window, judged at each failure. */
export class OpossumGate implements Gate {
  readonly #settings: Settings
  readonly #window: TimeWindow
  #openedAt = Number.NEGATIVE_INFINITY
  #state: 'closed' | 'open' | 'half-open' = 'closed'
  #trial = false

  constructor(settings: Settings) {
    this.#settings = settings
    this.#window = new TimeWindow(settings.window, 2)
  }

  refuses(now: number): boolean {
    if (!this.#rejects(now)) return false
    this.#window.add(FIRES, now)
    return true
  }

  enter(now: number): Permit {
    if (this.#rejects(now)) return 0
    this.#window.add(FIRES, now)
    if (this.#state !== 'closed') {
      this.#state = 'half-open'
      this.#trial = true
    }
    return PASS
  }

  succeeded(_permit: Permit, now: number): boolean {
    this.#move(now)
    if (this.#state !== 'half-open') return false
    this.#state = 'closed'
    this.#trial = false
    return true
  }

  failed(_permit: Permit, now: number): boolean {
    this.#window.add(FAILURES, now)
    this.#move(now)
    if (this.#state === 'open') return false
    const fires = this.#window.sum(FIRES, now)
    const judged = this.#state === 'half-open' || fires >= this.#settings.volume
    const bad = this.#window.sum(FAILURES, now) > this.#settings.threshold * fires
    if (!judged || !(bad || this.#state === 'half-open')) return false
    this.#state = 'open'
    this.#openedAt = now
    this.#trial = false
    return true
  }

  isOpen(now: number): boolean {
    this.#move(now)
    return this.#state !== 'closed'
  }

  #rejects(now: number): boolean {
    this.#move(now)
    return this.#state === 'open' || this.#trial
  }

  /** Its timer: half-open when the time is over. */
  #move(now: number): void {
    if (this.#state === 'open' && now >= this.#openedAt + this.#settings.reset) this.#state = 'half-open'
  }
}

export const opossum = fieldModel({
  about: 'opossum-like: no retry, 10 s timeout, open for 30 s above 50 % failures in 10 s',
  attempts: 1,
  attemptTimeout: 10_000,
  settings: { threshold: 0.5, volume: 0, window: 10_000, reset: 30_000 },
  parts: (settings) => ({ gate: new OpossumGate(settings), wait: () => 0 }),
})
