/**
 * Case: contenders that do the same work, measured side by side.
 *
 * A helper that calls "the contender" would be one call site for all of them, and the compiler would see
 * forty functions there: the bare call would be charged for its neighbours, and every ratio would look
 * better than it is. So each contender brings its own loop.
 *
 * @module
 */

/** Awaits so many calls, one after the other. */
export type Loop = (calls: number) => Promise<void>

export interface Case {
  readonly name: string
  /** One line for people. */
  readonly what: string
  /** `bare` first; the others are compared with it. */
  readonly contenders: Readonly<Record<string, Loop>>
  /** Untimed, before each sample of that contender: what its calls need to find. */
  readonly before?: (contender: string, calls: number) => Promise<void> | void
  /** Untimed, after each sample: tidies up, and throws where the calls were not what they claim to be. */
  readonly after?: (contender: string, calls: number) => Promise<void> | void
  /** Untimed, around every visit of this case in a round. */
  readonly enter?: () => Promise<void> | void
  readonly leave?: () => Promise<void> | void
  /** Calls in a sample are chosen by time; here they are given, where the calls change what is measured. */
  readonly calls?: number
  /** Are heap bytes a call measured too? */
  readonly bytes?: boolean
}

/** The smallest asynchronous function: all that is measured beyond it is the guard's. */
export const fn = async (): Promise<number> => 1

/** What it costs to await it and nothing else. */
export const bare: Loop = async (calls) => {
  while (calls-- > 0) await fn()
}

/** Fails and succeeds in turn, beginning with a failure. */
export function everySecondFails(): () => Promise<number> {
  let calls = 0
  return async () => {
    if (++calls % 2 === 1) throw new Error('boom')
    return 1
  }
}
