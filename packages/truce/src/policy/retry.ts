/**
 * Retry: the one place that says yes to another attempt.
 *
 * The order matters: first what makes a repeat pointless, then what makes it
 * unsafe, then what the call can still afford, last what the dependency has room for. The cheap and
 * certain refusals come first, so that a call which may not be repeated never touches the budget.
 * The budget pays here, when the failure arrives, before the wait.
 *
 * @module
 */
import { type Backoff, wait } from './backoff.js'
import type { Payment } from './budget.js'
import { type Certainty, type Failure, type FailureClass, isTransient } from './classify.js'
import { fits } from './deadline.js'
import type { DegradeRules } from './degrade.js'
import type { Random } from './random.js'
import { type StopReason, waitsForRoom } from './stop.js'

/** What an operation allows; fixed at construction. */
export interface RetryRules {
  /** Attempts of one call, the original included; `Infinity` where only the deadline bounds them. */
  readonly attempts: number
  /** Transient classes that are worth another attempt. */
  readonly retryOn: ReadonlySet<FailureClass>
  /** `null`: no wait. */
  readonly backoff: Backoff | null
  /** Is a repeat harmless without a key? (a read, `risk: low`, `idempotency: natural`) */
  readonly repeatable: boolean
  /** How long a key may be repeated, ms. */
  readonly window: number
  /** Background: refusals for want of room wait instead of ending the call. */
  readonly background: boolean
  /** May the first retry go without a wait where the connection failed before anything was sent? */
  readonly immediate?: boolean
  /** When to let something stand in before retries are spent; only with something that can. */
  readonly degradeWhen?: DegradeRules | undefined
}

/** What is known of the call when its latest attempt failed. Times are ms on the clock of `now`. */
export interface CallFacts {
  /** Attempts made, the failed one included. */
  readonly attempt: number
  readonly deadline: number
  /** Least time in which an attempt can succeed: the operation's observed median, ms. */
  readonly least: number
  /** The wait before the failed attempt (0 for the original). */
  readonly waited: number
  readonly aborted: boolean
  /** Is this layer the one that may retry? */
  readonly owns: boolean
  /** Is it the one that decides about the business, what to do about a `conflict`? `owns` where not said. */
  readonly ownsBusiness?: boolean | undefined
  /** Does the call carry a key that the dependency honours? */
  readonly keyed: boolean
  /** When the key was made. */
  readonly keyedAt: number
  /** Can the body be sent again? */
  readonly replayable: boolean
  /** Whose share of the budget pays: `interactive`, `background`, or any name that it knows. */
  readonly trafficClass?: string | undefined
}

/** What follows a failed attempt. */
export type Decision =
  /** Another attempt after `wait` ms, already paid for. */
  | { readonly act: 'retry'; readonly wait: number; readonly payment: Payment }
  /** Background: for want of room, wait in line; no attempt is used. `wait`: at least so long, ms. */
  | { readonly act: 'wait'; readonly reason: StopReason; readonly wait: number }
  /** `retryAt`: when it may be tried again, where that is known. */
  | { readonly act: 'stop'; readonly stop: StopReason; readonly retryAt: number | undefined }

/** What has to have room for a retry: a dependency's policies, or the one budget of a process. */
export interface Room {
  /**
   * Would a retry that starts at `at` be refused, what the budget holds aside?
   *
   * @param invited the dependency itself has asked for it, and keeps room
   */
  refusesRetry(now: number, at: number, random: Random, invited?: boolean): StopReason | undefined
  /** Pays for a retry; `null` where it cannot, 0 where there is nothing to pay. */
  pay(now: number, trafficClass?: string): Payment | null
  /** How long the dependency has asked all retries to stay away, ms; 0: it has not. */
  heldFor?(now: number): number
  /** When a caller refused by the breaker may come back, where there is one and that is known. */
  retryAt?(now: number): number | undefined
  /** Is it time for the fallback? Why, in the words of the stop reasons. */
  degrades?(rules: DegradeRules, deadline: number, now: number, trafficClass?: string): StopReason | undefined
}

/** Share of the dependency's own wait over which callers are spread behind it. */
export const PUSHBACK_SPREAD = 0.1

/**
 * Of a place in the dependency's queue, ms. Places are apart already: 400 callers who came back over a second behind
 * theirs took 5.2 s in simulation where 4.4 s do, over a tenth of their wait 4.5 s. 50 ms cost nothing, and part those
 * to whom a faulty server gives one and the same place.
 */
export const SLOT = Object.freeze({
  /** Spread behind it at most, ms. */
  spread: 50,
  /**
   * A retry that is given a place comes no sooner than after so many ms, or a server that says "now" for ever would be
   * asked as fast as it answers. 400 jobs after an outage of 15 s were done in 4.4 s of simulated time, in 4.8 s where
   * each waited a second.
   */
  again: 250,
  /** Of so many retries each is given a place again: those places are nobody's. From the next on it waits twice as long as before. */
  vain: 8,
  /** ms, at most: no honest place is farther. */
  most: 10_000,
})

/** The least wait for a place. @param attempt that was refused */
function leastForPlace(attempt: number): number {
  const again = attempt > 1 ? SLOT.again : 0
  return Math.min(SLOT.most, again * 2 ** Math.max(0, attempt - 1 - SLOT.vain))
}

/**
 * Decides what follows a failed attempt.
 *
 * @example
 * const decision = decide(rules, call, failure, dependency, now, random)
 * if (decision.act === 'retry') sleep(decision.wait)
 */
export function decide(
  rules: RetryRules,
  call: CallFacts,
  failure: Failure,
  dependency: Room,
  now: number,
  random: Random,
): Decision {
  const pointless = forbidden(rules, call, failure, now)
  if (pointless) return stop(pointless, retryAfter(failure, now))

  // Only where a retry could be made but for room and time: where one is forbidden anyhow, that is the reason.
  const early = rules.degradeWhen && dependency.degrades?.(rules.degradeWhen, call.deadline, now, call.trafficClass)
  if (early) return stop(early, undefined)

  const delay = delayBefore(rules, call, failure, dependency.heldFor?.(now) ?? 0, now, random)
  if (pastWindow(rules, call, now + delay)) return stop('window', undefined)
  if (!fits(now, delay, call.least, call.deadline)) return stop('deadline', retryAfter(failure, now))

  const invited = isInvited(rules, call, failure)
  const refusal = dependency.refusesRetry(now, now + delay, random, invited)
  if (refusal) return noRoom(rules, refusal, delay, dependency, now)
  if (invited) return { act: 'retry', wait: delay, payment: 0 }
  const payment = dependency.pay(now, call.trafficClass)
  if (payment === null) return noRoom(rules, 'budget', delay, dependency, now)
  return { act: 'retry', wait: delay, payment }
}

/** Is a failure of this class this layer's to repeat? A conflict is a matter of the business: the low layer would only meet it again. */
export function ownsClass(
  call: Pick<CallFacts, 'owns' | 'ownsBusiness'>,
  failureClass: FailureClass | undefined,
): boolean {
  return failureClass === 'conflict' ? (call.ownsBusiness ?? call.owns) : call.owns
}

/** The first rule that forbids a repeat whatever the dependency's state, in the contract's order. */
function forbidden(rules: RetryRules, call: CallFacts, failure: Failure, now: number): StopReason | undefined {
  if (call.aborted || failure.class === 'aborted') return 'aborted'
  if (failure.class !== 'exhausted' && !(isTransient(failure.class) && rules.retryOn.has(failure.class))) {
    return 'permanent'
  }
  if (failure.class === 'exhausted') return 'exhausted-below'
  const owns = ownsClass(call, failure.class)
  return (
    forbiddenToSend(rules, call, owns, failure.certainty, now) ?? (failure.retry === false ? 'pushback' : undefined)
  )
}

/**
 * The first rule that forbids to send the call's request once more, after a failed attempt or beside one
 * that runs.
 *
 * @param certainty of what was sent before
 */
export function forbiddenToSend(
  rules: RetryRules,
  call: CallFacts,
  owns: boolean,
  certainty: Certainty,
  now: number,
): StopReason | undefined {
  if (!owns) return 'not-owner'
  if (!rules.repeatable && !call.keyed && certainty === 'unknown') return 'unsafe'
  if (!call.replayable) return 'not-replayable'
  if (pastWindow(rules, call, now)) return 'window'
  if (call.attempt >= rules.attempts) return 'attempts'
  return undefined
}

/** Would a server have forgotten the key at `at`? What is sent then could be applied twice. */
export function pastWindow(rules: RetryRules, call: CallFacts, at: number): boolean {
  return call.keyed && at - call.keyedAt > rules.window
}

/**
 * Has the dependency itself asked for the repeat, by a place in its queue? Then it keeps room: a budget that lives by
 * first successes would refuse just those whom a full dependency puts off, and their places would stay empty. (Of
 * bursts of 150 calls on a service of 100/s, 37 to 68 % got through where places were charged, 99 % where they are
 * free.) A call that somebody waits for is believed once; refused at its place, it pays for another like everybody, so
 * that a server which gives out places that it has not gets two attempts a call and no storm. Background calls have
 * time: they are free each time, but from the second on never at once.
 */
function isInvited(rules: RetryRules, call: CallFacts, failure: Failure): boolean {
  return failure.slot === true && (rules.background || call.attempt === 1)
}

/**
 * The dependency's own wait, told to this call or to all, replaces backoff. It is spread upward and never shortened:
 * every caller that got the same `Retry-After` would otherwise return in the same instant. A wait that fits the
 * deadline still fits when spread.
 *
 * @param held ms for which the dependency asked all retries to stay away; who has a place of its own comes at its place
 */
function delayBefore(
  rules: RetryRules,
  call: CallFacts,
  failure: Failure,
  held: number,
  now: number,
  random: Random,
): number {
  const { backoff } = rules
  const own = failure.retryAfter
  const slot = failure.slot === true && own !== undefined
  if (own === undefined && held <= 0) {
    if (rules.immediate === true && neverSent(call, failure)) return 0
    return backoff ? wait(backoff, call.attempt - 1, call.waited, random) : 0
  }
  const first = backoff?.initial ?? 0
  const least = slot ? leastForPlace(call.attempt) : held
  const asked = Math.max(own ?? 0, least)
  const share = PUSHBACK_SPREAD * asked
  const spread = (slot ? Math.min(SLOT.spread, share) : Math.max(first, share)) * random()
  const room = call.deadline - now - asked - call.least
  return asked + Math.max(0, Math.min(spread, room / 2))
}

/**
 * Did the original fail before anything was sent, as on a stale keep-alive socket? A pool without a free
 * connection failed for want of room: that takes time.
 */
function neverSent(call: CallFacts, failure: Failure): boolean {
  const unsent = failure.certainty === 'not-applied' && !failure.answered && failure.refused !== true
  return unsent && call.attempt === 1 && failure.class !== 'overloaded'
}

function noRoom(rules: RetryRules, reason: StopReason, delay: number, dependency: Room, now: number): Decision {
  if (rules.background && waitsForRoom(reason)) return { act: 'wait', reason, wait: delay }
  return stop(reason, reason === 'breaker' ? dependency.retryAt?.(now) : undefined)
}

function stop(reason: StopReason, retryAt: number | undefined): Decision {
  return { act: 'stop', stop: reason, retryAt }
}

function retryAfter(failure: Failure, now: number): number | undefined {
  return failure.retryAfter === undefined ? undefined : now + failure.retryAfter
}
