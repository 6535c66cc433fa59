/**
 * The breaker's rule: from outcomes to "how bad is it", in one number a zone.
 *
 * Three kinds of memory (consecutive failures, the last n outcomes, the last so many ms), one
 * interface for the state machine in `breaker.ts`.
 *
 * @module
 */
import { CountWindow, TimeWindow } from './window.js'

/** What an attempt tells a breaker. */
export type Signal = 'success' | 'failure' | 'slow'

/** Consecutive failures: opens at `failures` in a row; there is no shedding zone. */
export interface ConsecutiveRule {
  readonly kind: 'consecutive'
  readonly failures: number
}

/** Rates over the last `size` outcomes (`count`) or the last `window` ms (`time`). */
export interface RateRule {
  readonly kind: 'count' | 'time'
  /** `count`: outcomes. */
  readonly size: number
  /** `time`: milliseconds. */
  readonly window: number
  /** Share of failures from which it sheds. */
  readonly failureRate: number
  /** Share of failures from which it opens. */
  readonly openRate: number
  /** Judged only from so many outcomes on. In simulation 5 hurt callers with little traffic. */
  readonly minimumCalls: number
  /** Share of slow calls from which it opens; only where slow calls are told apart. */
  readonly slowRate: number
}

/** What a breaker remembers, and from where on it is bad. */
export type BreakerRule = ConsecutiveRule | RateRule

/** Remembers outcomes and judges them. */
export interface Memory {
  add(signal: Signal, now: number): void
  /**
   * 0: closed · between: the share of calls to shed · 1: open. Changes nothing, or a question about
   * the end of a long wait would make the window forget everything before it.
   */
  verdict(at: number): number
  clear(): void
  /** Does it forget by the clock? */
  readonly keepsTime: boolean
  /** Nothing bad is remembered: whatever the time, the verdict is 0. */
  readonly spotless: boolean
  /** Does a success change nothing where nothing bad is remembered? */
  readonly countsNoSuccess: boolean
}

/** A memory for this rule, empty. */
export function memory(rule: BreakerRule): Memory {
  if (rule.kind === 'consecutive') return new Consecutive(rule)
  return rule.kind === 'count' ? new CountMemory(rule) : new TimeMemory(rule)
}

class Consecutive implements Memory {
  readonly keepsTime = false
  readonly countsNoSuccess = true
  readonly #threshold: number
  #inARow = 0
  constructor(rule: ConsecutiveRule) {
    this.#threshold = rule.failures
  }
  add(signal: Signal): void {
    this.#inARow = signal === 'failure' ? this.#inARow + 1 : 0
  }
  verdict(): number {
    return this.#inARow >= this.#threshold ? 1 : 0
  }
  get spotless(): boolean {
    return this.#inARow === 0
  }
  clear(): void {
    this.#inARow = 0
  }
}

const FAILED = 0
const SLOW = 1
const ALL = 2

class CountMemory implements Memory {
  readonly keepsTime = false
  readonly countsNoSuccess = false
  readonly #rule: RateRule
  readonly #outcomes: CountWindow
  constructor(rule: RateRule) {
    this.#rule = rule
    this.#outcomes = new CountWindow(rule.size, 2)
  }
  add(signal: Signal): void {
    this.#outcomes.push(signal === 'failure' ? 1 << FAILED : signal === 'slow' ? 1 << SLOW : 0)
  }
  get spotless(): boolean {
    return this.#outcomes.count(FAILED) === 0 && this.#outcomes.count(SLOW) === 0
  }
  verdict(): number {
    return judge(this.#rule, this.#outcomes.count(FAILED), this.#outcomes.count(SLOW), this.#outcomes.total)
  }
  clear(): void {
    this.#outcomes.clear()
  }
}

class TimeMemory implements Memory {
  readonly keepsTime = true
  readonly countsNoSuccess = false
  readonly #rule: RateRule
  readonly #outcomes: TimeWindow
  constructor(rule: RateRule) {
    this.#rule = rule
    this.#outcomes = new TimeWindow(rule.window, 3)
  }
  add(signal: Signal, now: number): void {
    this.#outcomes.add(ALL, now)
    if (signal === 'failure') this.#outcomes.add(FAILED, now)
    else if (signal === 'slow') this.#outcomes.add(SLOW, now)
  }
  get spotless(): boolean {
    // As of the latest outcome: what was bad then may have left since, and is asked for with the time.
    return this.#outcomes.latest(FAILED) === 0 && this.#outcomes.latest(SLOW) === 0
  }
  verdict(at: number): number {
    const failed = this.#outcomes.peek(FAILED, at)
    const slow = this.#outcomes.peek(SLOW, at)
    if (failed === 0 && slow === 0) return 0
    return judge(this.#rule, failed, slow, this.#outcomes.peek(ALL, at))
  }
  clear(): void {
    this.#outcomes.clear()
  }
}

/** Two zones: from `failureRate` on it sheds the excess share, from `openRate` on everything. */
function judge(rule: RateRule, failed: number, slow: number, total: number): number {
  if (total < rule.minimumCalls) return 0
  const rate = failed / total
  if (rate >= rule.openRate || (slow > 0 && slow / total >= rule.slowRate)) return 1
  return rate > rule.failureRate ? (rate - rule.failureRate) / (1 - rule.failureRate) : 0
}
