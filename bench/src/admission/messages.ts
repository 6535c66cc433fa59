/**
 * Messages: what the processes of the bench tell each other.
 *
 * @module
 */

/** What a service is. */
export interface ServiceJob {
  readonly workers: number
  readonly mean: number
  readonly admission: boolean
}

/** To a service. */
export type ToService = 'freeze' | 'thaw' | 'counts' | 'end'

/** What a service counted, each in buckets of 100 ms by `Date.now()`. */
export interface Counts {
  /** Requests that came, by bucket. */
  readonly came: Readonly<Record<number, number>>
  /** Requests whose work was done. */
  readonly done: Readonly<Record<number, number>>
}

/** ms. */
export const BUCKET = 100

/** What a process of callers does. Times are ms; `url` is the service's. */
export interface CallerJob {
  readonly url: string
  /** Name and number of the process. */
  readonly process: number
  /** Instances of which this process is so many guards. */
  readonly instances: number
  readonly guards: number
  readonly load:
    /** Calls a second, whatever becomes of them: first for so many ms so many, then the full rate. */
    | { readonly kind: 'open'; readonly rate: number; readonly calm: { readonly ms: number; readonly rate: number } }
    | { readonly kind: 'closed'; readonly think: number }
    | { readonly kind: 'jobs' }
    /** No guard: so many requests at once, for ever. */
    | { readonly kind: 'bare'; readonly atOnce: number }
}

/** A call, times by `Date.now()`. */
export interface Call {
  readonly began: number
  readonly ended: number
  readonly ok: boolean
}

/** What a process of callers saw. */
export interface Seen {
  readonly calls: readonly Call[]
  /** Of each attempt that was answered well: when it ended, by `Date.now()`, and how long it took, ms. */
  readonly attempts: readonly (readonly [at: number, ms: number])[]
}
