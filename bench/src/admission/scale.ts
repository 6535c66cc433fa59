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
  /** Of the service: workers, and how long one is busy for a request. */
  readonly workers: number
  readonly mean: number
  /** Unmeasured, then measured, under one load. */
  readonly warm: number
  readonly measured: number
  /** Between two calls of a guard that somebody waits for. */
  readonly think: number
  readonly outage: number
  /** Looked at after an outage. */
  readonly after: number
}

/** A service of 100/s; 400 guards that call every 5 s load it with 80/s. */
export const FULL: Scale = {
  processes: 8,
  guards: 50,
  workers: 10,
  mean: 100,
  warm: 5_000,
  measured: 10_000,
  think: 5_000,
  outage: 15_000,
  after: 12_000,
}

/** To see that all of it runs; its figures say nothing. */
export const QUICK: Scale = {
  processes: 2,
  guards: 5,
  workers: 4,
  mean: 20,
  warm: 200,
  measured: 500,
  think: 200,
  outage: 500,
  after: 1_000,
}
