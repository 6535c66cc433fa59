/**
 * Scale: how large all is, and how long it lasts.
 *
 * @module
 */

/** Times are ms. */
export interface Scale {
  /** Processes that call. */
  readonly processes: number
  /** Guards in each of them, in the outages. */
  readonly guards: number
  /** Of the service: workers under overload and in the outages, and how long one is busy for a request. */
  readonly overloaded: number
  readonly workers: number
  readonly mean: number
  /** Before a load, in calm; then under it, unmeasured; then measured. */
  readonly warm: number
  readonly settle: number
  readonly measured: number
  /** Between two calls of a guard that somebody waits for. */
  readonly think: number
  readonly outage: number
  /** So many of them. */
  readonly outages: number
  /** Looked at after an outage. */
  readonly after: number
}

/**
 * In the outages a service of 100/s, which 400 guards that call every 5 s load with 80/s. Under overload one of 50/s:
 * five times as much and the retries have to fit two cores, with the callers.
 */
export const FULL: Scale = {
  processes: 8,
  guards: 50,
  overloaded: 5,
  workers: 10,
  mean: 100,
  warm: 5_000,
  settle: 3_000,
  measured: 10_000,
  think: 5_000,
  outage: 15_000,
  outages: 3,
  after: 12_000,
}

/** To see that all of it runs; its figures say nothing. */
export const QUICK: Scale = {
  processes: 1,
  guards: 5,
  overloaded: 4,
  workers: 4,
  mean: 20,
  warm: 200,
  settle: 100,
  measured: 500,
  think: 200,
  outage: 500,
  outages: 1,
  after: 1_000,
}
