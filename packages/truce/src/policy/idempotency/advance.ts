/**
 * Advance: what a run does next.
 *
 * The order of the protocol is all here. What it guards against, fault by fault: a repeated claim finds
 * itself by its name instead of meeting itself as a stranger; a run that lost its key never begins anew
 * and answers with the winner's result; after the effect the store is asked until the lease ends, and
 * then the outcome is called unknown, not failed; a commit without an answer is looked up, not repeated.
 *
 * @module
 */
import type { Abandoned, Begun, Found, Granted, Held } from './record.js'
import type { Kept } from './keeping.js'
import { leaseEnds, type Run, type RunAction, type RunAnswer, type RunEvent } from './run.js'

/** Takes the event into the run and says what to do next. */
export function advance(run: Run, event: RunEvent, now: number): RunAction {
  if (run.phase === 'over') return NOTHING
  switch (event.on) {
    case 'begun':
      if (run.phase === 'undo') return undo(run, event.answer)
      return run.phase === 'verify' ? verified(run, event.answer) : begun(run, event.answer, now)
    case 'held':
      return held(run, event.answer, now)
    case 'found':
      return settle(run, event.answer, now)
    case 'store-failed':
      return storeFailed(run, event.rolledBack, now)
    case 'woke':
      return woke(run, now)
    case 'handled':
      return handled(run, event.kept)
    case 'escaped':
      return end(run, { is: 'unknown', why: 'escaped' })
    case 'reconciled':
      return reconciled(run, event.verdict, now)
    case 'lease-lost':
      return leaseLost(run, event.gone, now)
    case 'renewed':
      run.sent = Math.max(run.sent, event.sent)
      return NOTHING
    case 'time-up':
      run.timeUp = true
      return NOTHING
    case 'refused':
      return end(run, { is: 'refused' })
    case 'caller-gone':
      return callerGone(run)
    case 'answered':
      return answered(run, now)
  }
}

const NOTHING: RunAction = Object.freeze({ do: 'nothing' })

/** Once: what comes after the caller was told otherwise is no news to it. */
function answer(run: Run, told: RunAnswer): RunAction {
  if (run.answered) return NOTHING
  run.answered = true
  return { do: 'answer', answer: told }
}

function end(run: Run, told: RunAnswer): RunAction {
  run.phase = 'over'
  return answer(run, told)
}

function claim(run: Run, now: number): RunAction {
  run.sent = now
  return { do: 'begin' }
}

function begun(run: Run, found: Begun, now: number): RunAction {
  run.failures = 0
  if (found.is === 'granted') {
    // Its answer was held up until the lease was over: somebody else may have the key by now.
    if (!run.rules.transaction && now >= leaseEnds(run)) return claim(run, now)
    run.granted = found
    run.phase = found.reconcile ? 'reconcile' : 'handle'
    return { do: run.phase, granted: found }
  }
  if (found.is === 'running') return waitFor(run, found.left, 'wait', now)
  if (found.is === 'completed') return end(run, { is: 'replayed', found, lost: false })
  if (found.is === 'unknown') return end(run, { is: 'unknown', why: 'before' })
  return end(run, found)
}

/** Another run has the key: for as long as the rules say, its end is waited for. */
function waitFor(run: Run, left: number, phase: 'wait' | 'settle', now: number): RunAction {
  const still = run.began + run.rules.wait - now
  if (still <= 0) return end(run, { is: 'in-progress', left })
  run.phase = phase
  return { do: 'wait', ms: Math.min(still, Math.max(1, left)) }
}

function handled(run: Run, kept: Kept): RunAction {
  if (run.phase !== 'handle') return NOTHING // another worker's result is the one that counts
  run.kept = kept
  if (run.granted === undefined) return end(run, { is: 'ended', kept: undefined })
  run.phase = kept === 'store' ? 'complete' : 'abandon'
  return write(run)
}

function reconciled(run: Run, verdict: 'applied' | 'not-applied' | 'unknown', now: number): RunAction {
  if (run.phase !== 'reconcile') return NOTHING
  // Whoever was told that nobody knows may act on it, and past the lease another worker may be at it; who has had
  // its time has let the lease go. Then nothing is begun any more.
  if (verdict === 'not-applied' && !run.answered && !run.timeUp && now < leaseEnds(run)) {
    run.phase = 'handle'
    return { do: 'handle', granted: run.granted }
  }
  run.verdict = verdict === 'applied' ? 'applied' : 'unknown'
  run.kept = verdict === 'applied' ? 'store' : 'unknown'
  run.phase = verdict === 'applied' ? 'complete' : 'abandon'
  return write(run)
}

/** Tells the store how the work ended; to tell it again does no harm. */
function write(run: Run): RunAction {
  const { fence } = run.granted as Granted
  if (run.phase === 'complete') return { do: 'complete', fence }
  return { do: 'abandon', fence, as: run.kept as Abandoned }
}

function held(run: Run, said: Held, now: number): RunAction {
  run.failures = 0
  if (said.is === 'kept' || isGivenBack(run, said.found)) return end(run, outcome(run))
  return settling(run, said.found, now)
}

/** A client that sends a command again after a lost connection finds the key as it left it. */
function isGivenBack({ phase }: Run, { is }: Found): boolean {
  return phase === 'abandon' && (is === 'free' || is === 'unknown')
}

/** What the caller is told of a run that held its key to the end. */
function outcome(run: Run): RunAnswer {
  if (run.verdict === 'applied') return { is: 'reconciled' }
  if (run.verdict === 'unknown') return { is: 'unknown', why: 'reconcile' }
  return { is: 'ended', kept: run.kept }
}

/** The key is in other hands, or a commit was not answered: only what the record says counts now. */
function settling(run: Run, found: Found, now: number): RunAction {
  run.phase = 'settle'
  run.began = now
  return settle(run, found, now)
}

function settle(run: Run, found: Found, now: number): RunAction {
  run.failures = 0
  if (found.is === 'completed') {
    // A commit of its own whose answer was lost.
    if (found.run === run.rules.run) return end(run, { is: 'ended', kept: run.kept })
    // It may be another payload's, where the key was given back in between: only a claim compares them.
    run.phase = 'verify'
    return { do: 'begin' }
  }
  if (found.is === 'running') return waitFor(run, found.left, 'settle', now)
  if (run.rules.transaction) return end(run, { is: 'rolled-back' })
  // It must not begin anew: what it did under the lost lease may have been applied.
  return end(run, { is: 'unknown', why: 'lease' })
}

/** The winner's result is the answer, if it is one to the same question. */
function verified(run: Run, found: Begun): RunAction {
  run.failures = 0
  if (found.is === 'completed') return end(run, { is: 'replayed', found, lost: true })
  if (run.rules.transaction) return end(run, { is: 'rolled-back' })
  if (found.is === 'granted') giveBack(run, found)
  else run.phase = 'over'
  return answer(run, { is: 'unknown', why: 'lease' })
}

function leaseLost(run: Run, gone: boolean, now: number): RunAction {
  if (run.phase !== 'handle' && run.phase !== 'reconcile') return NOTHING
  if (run.rules.within) return NOTHING
  if (!gone) return answer(run, { is: 'unknown', why: 'lease' })
  run.phase = 'settle'
  run.began = now
  return { do: 'look' }
}

/** Work that nobody waits for is finished once begun, and otherwise not begun. */
function callerGone(run: Run): RunAction {
  run.answered = true
  if (run.phase === 'wait') run.phase = 'over'
  if (run.phase === 'begin') run.phase = 'undo'
  return NOTHING
}

function storeFailed(run: Run, rolledBack: boolean, now: number): RunAction {
  switch (run.phase) {
    case 'begin':
      return pause(run, run.began + run.rules.wait - now) ?? unclaimed(run, rolledBack)
    case 'undo':
      // What was claimed in a transaction is gone with it; what an earlier claim wrote may be there.
      if (run.rules.transaction) return over(run)
      return pause(run, leaseEnds(run) - now) ?? over(run)
    case 'complete':
      if (run.rules.transaction) return uncommitted(run, rolledBack, now)
      return pause(run, leaseEnds(run) - now) ?? end(run, { is: 'unknown', why: 'store' })
    case 'abandon':
      // What failed is no result that could get lost: its caller need not wait for the store.
      if (!run.answered && !run.rules.transaction) return answer(run, outcome(run))
      return (run.rules.transaction ? undefined : pause(run, leaseEnds(run) - now)) ?? end(run, outcome(run))
    case 'settle':
    case 'verify':
      return pause(run, run.began + run.rules.lease - now) ?? end(run, { is: 'unknown', why: 'store' })
    default:
      return NOTHING
  }
}

/** @returns undefined where no time is left to ask the store again */
function pause(run: Run, most: number): RunAction | undefined {
  return most > 0 ? { do: 'pause', retry: run.failures++, most } : undefined
}

function over(run: Run): RunAction {
  run.phase = 'over'
  return NOTHING
}

/** The store cannot be asked for the key, and its caller has waited long enough. */
function unclaimed(run: Run, rolledBack: boolean): RunAction {
  if (run.rules.open) {
    run.phase = 'handle'
    return { do: 'handle', granted: undefined }
  }
  // The claim may have arrived all the same, and would be taken for a run that ended in the dark.
  if (rolledBack || run.rules.transaction) return end(run, { is: 'unavailable' })
  run.phase = 'undo'
  run.failures = 0
  return answer(run, { is: 'unavailable' })
}

/** Gives back a claim under which nothing was done. */
function undo(run: Run, found: Begun): RunAction {
  if (found.is !== 'granted') return over(run)
  giveBack(run, found)
  return write(run)
}

function giveBack(run: Run, granted: Granted): void {
  run.granted = granted
  run.phase = 'abandon'
  run.kept = granted.reconcile ? 'unknown' : granted.takeover ? 'free' : 'forget'
}

function uncommitted(run: Run, rolledBack: boolean, now: number): RunAction {
  if (rolledBack) return end(run, { is: 'rolled-back' })
  run.phase = 'settle'
  run.began = now
  return { do: 'look' }
}

function woke(run: Run, now: number): RunAction {
  switch (run.phase) {
    case 'wait':
      run.phase = 'begin'
      return claim(run, now)
    case 'begin':
      return claim(run, now)
    case 'verify':
    case 'undo':
      // Not a new lease of life: the time for it is counted from the first claim.
      return { do: 'begin' }
    case 'settle':
      return { do: 'look' }
    case 'complete':
    case 'abandon':
      return write(run)
    default:
      return NOTHING
  }
}

/** What is left to do once the caller has its answer. */
function answered(run: Run, now: number): RunAction {
  if (run.phase === 'undo' || run.phase === 'abandon') return pause(run, leaseEnds(run) - now) ?? over(run)
  return NOTHING
}
