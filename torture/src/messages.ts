/**
 * Messages between the parent, who gives out the load and kills, and the workers, who do it.
 *
 * @module
 */

/** One operation for a worker. Every repeat of it has the same key and mode. */
export interface Order {
  /** Tells this try from the others of the same key. */
  readonly id: number
  readonly key: string
  readonly mode: 'transaction' | 'derived-key' | 'at-most-once'
  /** ms that the handler takes before its effect, and after it. */
  readonly before: number
  readonly after: number
}

/** How it ended for its caller. `again`: nothing is known yet, repeat it with the same key. */
export interface Answer {
  readonly id: number
  readonly is: 'value' | 'unknown' | 'again'
  /** What the caller got: the name of the run that took effect. */
  readonly value?: string
  /** Why it is to be repeated. */
  readonly why?: string
}
