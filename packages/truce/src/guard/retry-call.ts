/**
 * Retry call: one call of `retry()`, while all goes well.
 *
 * As with the calls of a dependency, this object is all there is of a call whose one attempt succeeds, and is
 * that attempt. What goes on with it after a failure, or where its caller may leave, is a `Retrying`.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import { markMoment } from '../context/exhausted.js'
import { inherited } from '../context/inherit.js'
import type { Owner } from '../context/owner.js'
import { attempts } from '../telemetry/events.js'
import { type Attempt, inheritAttempt } from './attempt.js'
import { callId } from './call-id.js'
import { type CallSettings, PLAIN } from './call-settings.js'
import { type Guarded, promised } from './invoke.js'
import { judgeAttempt, plainlyGood } from './judge.js'
import type { LaneFacts } from './lane.js'
import { reportSuccess } from './report.js'
import type { RetryCore } from './retry-core.js'
import { Retrying } from './retrying.js'

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- every field is set in the constructor: `inheritAttempt`
export interface RetryCall extends Attempt {}

export class RetryCall {
  // Declared here and set in the constructor, as in `Call`.
  declare readonly core: RetryCore
  declare readonly settings: CallSettings
  declare readonly fn: Guarded<unknown>
  declare readonly above: CallContext | undefined
  /** When it began, for marks of exhaustion. */
  declare readonly moment: number
  /** The same in ms on the guard's clock. */
  declare readonly began: number
  declare private ownId: string | undefined
  declare private retrying: Retrying | undefined

  constructor(core: RetryCore, fn: Guarded<unknown>, settings: CallSettings) {
    this.extras = undefined
    this.core = core
    this.settings = settings
    this.fn = fn
    this.above = settings.context ?? inherited()
    this.moment = markMoment()
    this.began = core.clock.now()
    this.ownId = undefined
    this.retrying = undefined
  }

  get callId(): string {
    return (this.ownId ??= callId())
  }

  get attempt(): number {
    return 1
  }

  get id(): string {
    return `${this.callId}#1`
  }

  get owner(): Owner | undefined {
    return this.above?.owner
  }

  /** No attempt is cut, so none has an end of its own. */
  get endsAt(): number {
    return this.above?.endsAt ?? Number.POSITIVE_INFINITY
  }

  get headers(): Record<string, string> {
    return this.headersOf()
  }

  get key(): undefined {
    return undefined
  }

  now(): number {
    return this.core.clock.now()
  }

  /** A call that declares nothing has nothing to send. */
  headersOf(): Record<string, string> {
    return {}
  }

  /** @returns whether the function is to be called next; else `instead` is the answer */
  ready(): boolean {
    const { core, began } = this
    core.counters.calls++
    core.counters.inFlight++
    if ((this.settings !== PLAIN || this.above !== undefined) && !this.goOn().arrives()) return false
    core.counters.attempts++
    core.budget.original(began)
    return true
  }

  /** The answer of a call that was not sent, or that somebody goes on with. */
  get instead(): Promise<unknown> {
    return (this.retrying as Retrying).answer
  }

  /** The function was called, and returned this. @returns the answer */
  sent(returned: unknown): Promise<unknown> {
    const result = promised(returned)
    if (this.retrying === undefined) return result.then(this.answered.bind(this), this.failed.bind(this))
    this.retrying.follow(this, result)
    return this.instead
  }

  /** @returns the answer, or a promise of it */
  private answered(value: unknown): unknown {
    const { core } = this
    if (!plainlyGood(core, value)) {
      const failure = judgeAttempt(core, this, this, this.moment, value, false)
      if (failure !== undefined) return this.goOn().failed(value, false, failure)
    }
    this.succeeded()
    return value
  }

  private failed(error: unknown): unknown {
    const failure = judgeAttempt(this.core, this, this, this.moment, error, true)
    if (failure !== undefined) return this.goOn().failed(error, true, failure)
    this.succeeded()
    return error
  }

  private succeeded(): void {
    const { counters, budget } = this.core
    counters.firstAttemptSuccess++
    counters.inFlight--
    budget.deposit()
    if (attempts.active) reportSuccess(this, this.original(), this.core.clock.now())
  }

  private original(): LaneFacts {
    const { began } = this
    return { number: 1, cause: 'original', startedAt: began, given: Infinity, probe: false, waited: 0, queuedFor: 0 }
  }

  private goOn(): Retrying {
    return (this.retrying = new Retrying(this))
  }
}

inheritAttempt(RetryCall)
