/**
 * Work: what a handler is given, by the mode in which it runs.
 *
 * @module
 */

/** What every handler is given. */
export interface Work {
  /**
   * Aborts when the key is in other hands or the lease could not be renewed: stop writing. Its reason is a
   * `LeaseLostError`.
   */
  readonly signal: AbortSignal
  /**
   * Grows with every run of the key. For conditional writes of the handler's own (`… WHERE fence < $1`): a run that
   * was held up for so long that another one took over then changes nothing more.
   */
  readonly fence: number
  /** Another run had the key before, and ended in the dark or gave it back. */
  readonly takeover: boolean
  /** An idempotency key for a call to somebody else: the same whenever this key is repeated, another for each step. */
  readonly derive: (step: string) => string
}

/** In `transaction` mode: what is written through it is committed with the claim and the result, or not at all. */
export interface TransactionWork<Transaction> extends Work {
  readonly transaction: Transaction
}

/** In `derived-key` mode. */
export interface StepWork extends Work {
  /**
   * Runs a step, or gives what it gave when an earlier run finished it.
   *
   * @param name the same in every run; another one for each step
   * @param run  given the key for its call; to be repeated, it must be safe to repeat with this key
   * @throws what the step throws; LeaseLostError where another worker has the key
   * @example
   * const charge = await work.step('charge', ({ key }) => stripe.charges.create(order, { idempotencyKey: key }))
   */
  readonly step: <T>(name: string, run: (step: StepCall) => T | PromiseLike<T>) => Promise<T>
}

/** What a step is given. */
export interface StepCall {
  /** Its idempotency key. */
  readonly key: string
  /** That of the work. */
  readonly signal: AbortSignal
}

/** What a handler is given in each mode. */
export interface WorkOf<Transaction> {
  readonly transaction: TransactionWork<Transaction>
  readonly 'derived-key': StepWork
  readonly 'at-most-once': Work
}
