/**
 * Degrading: a call whose retries have ended, while what stands in for its answer is fetched.
 *
 * Its books are closed, but somebody still waits. So a fallback that hangs ends with the call's deadline (with
 * the attempt timeout, where the deadline is what ended the retries), and a caller who leaves is let go at once.
 *
 * @module
 */
import type { GuardedState } from './call-state.js'
import { type Ending, explained } from './ending.js'
import type { StoodIn } from './fallback.js'
import { reportAttempt } from './report.js'
import type { StandIn } from './stand-in.js'
import type { Timer } from './timer.js'

/** Hands up how the call ended: the stand-in where there is one, else the result. */
export type HandUp = (ending: Ending, result: unknown, stood: StoodIn | undefined) => void

export class Degrading implements Timer {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  readonly #call: GuardedState
  readonly #ending: Ending
  readonly #result: unknown
  readonly #handUp: HandUp
  #over = false

  /** @param result what the call ended with */
  constructor(call: GuardedState, ending: Ending, result: unknown, handUp: HandUp) {
    this.#call = call
    this.#ending = ending
    this.#result = result
    this.#handUp = handUp
  }

  /** Fetches it: from the cache at once, from the fallback when it comes. */
  start(standIn: StandIn): void {
    const { core, settings, failure, attempt, deadline } = this.#call
    const { stop, now } = this.#ending
    const failed = { error: this.#result, stop, class: failure?.class, attempts: attempt }
    const served = standIn.serve(failed, settings.cacheKey, now)
    if (!(served instanceof Promise)) return this.#end(served)
    // The fallback may have aborted its caller.
    if (this.#over) return
    const left = deadline - now
    core.wheel.add(this, now, left > 0 ? left : core.attemptTimeout, true)
    void served.then((stood) => this.#end(stood))
  }

  /** Its time is up. */
  ring(): void {
    this.#end(undefined)
  }

  /** The caller left. */
  abort(reason: unknown, now: number): void {
    const call = this.#call
    if (this.#over) return
    this.#close()
    if (this.#ending.inAttempt) reportAttempt(call, call.endedAt)
    const ending: Ending = { stop: 'aborted', now, retryAt: undefined, inAttempt: false }
    call.result = reason
    call.threw = true
    explained(call, ending)
    this.#handUp(ending, reason, undefined)
  }

  #end(stood: StoodIn | undefined): void {
    if (this.#over) return
    this.#close()
    this.#handUp(this.#ending, this.#result, stood)
  }

  #close(): void {
    this.#over = true
    this.#call.core.wheel.remove(this)
  }
}
