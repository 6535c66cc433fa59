/**
 * Stream answer: what an attempt calls where its answer may stream, and what came of it.
 *
 * @module
 */
import type { Failure } from '../../policy/classify.js'
import type { GuardedState, Origin } from '../call-state.js'
import type { Guarded } from '../invoke.js'
import { judgeAttempt } from '../judge.js'
import type { Lane } from '../lane.js'
import type { Hold } from './hold.js'
import type { openStream } from './open.js'

/** What came of an attempt, judged. */
class Answer {
  readonly value: unknown
  readonly failure: Failure | undefined
  /** Of a stream whose first byte is there. */
  readonly hold: Hold | undefined

  constructor(value: unknown, failure: Failure | undefined, hold?: Hold) {
    this.value = value
    this.failure = failure
    this.hold = hold
  }
}

/** What an attempt calls: the call's function; where its answer may stream, that with the wait for the first byte. */
export function functionOf(call: GuardedState & { readonly call: Origin }, lane: Lane): Guarded<unknown> {
  const { fn } = call.call
  const { stream } = call.core
  if (stream === undefined) return fn
  // All in the function's own async context: a generator runs in that of whoever asks it for more.
  return async (attempt) => {
    const value = await fn(attempt)
    const failure = judgeAttempt(call.core, call.kin, attempt, lane.marked, value, false)
    if (failure !== undefined) return new Answer(value, failure)
    const open = await (stream.open as typeof openStream)(value, call, lane, stream.idle)
    return open ? new Answer(open.value, undefined, open.hold) : new Answer(value, undefined)
  }
}

/** How an attempt ended that was not given up meanwhile. A stream takes over what its lane holds. */
export function answerOf(
  call: GuardedState,
  lane: Lane,
  result: unknown,
  threw: boolean,
  now: number,
): Pick<Answer, 'value' | 'failure'> {
  if (!(result instanceof Answer))
    return { value: result, failure: judgeAttempt(call.core, call.kin, lane.current, lane.marked, result, threw) }
  result.hold?.takeOver(call, lane, now)
  return result
}
