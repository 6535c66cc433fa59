/**
 * Settings of admission: every number of it, and where it comes from.
 *
 * @module
 */

/** Defaults, in ms where nothing else is said. */
export const ADMISSION: AdmissionSettings & AdmissionConstants = /* @__PURE__ */ Object.freeze({
  /** Places at once: where the learned limit begins, and its bounds. */
  limit: 100,
  limitMin: 1,
  limitMax: 1_000,
  /** Longest expected wait of an original, whatever the service: half of the usual attempt timeout (0.8 s). */
  wait: 400,
  /** … and in multiples of the 99th percentile of an unloaded service: waiting longer than that, nobody takes it for the same service. */
  waitInP99s: 2,
  /** No shorter than that: a pause of the process is no overload. */
  waitLeast: 10,
  /** Of the wait of an original: what a retry waits at most. */
  retries: 0.25,
  /** … background work … */
  background: 0.5,
  /** … and whoever has had more than a fair share. */
  greedy: 0.125,
  /** Longest slot: a promise for later than that is none. */
  slot: 10_000,
  /** Where an overloaded service asks its callers to go: `service`: nowhere, `host`: another instance may have room. */
  scope: 'service',
})

/** What cannot. */
interface AdmissionConstants {
  readonly waitInP99s: number
  readonly waitLeast: number
  readonly background: number
  readonly greedy: number
}

/** What can be set; durations in ms. */
export interface AdmissionSettings {
  /** Places at once: where the learned limit begins, and its bounds: whole, at least 1. */
  readonly limit: number
  readonly limitMin: number
  readonly limitMax: number
  /** Longest expected wait of an original; never more than two 99th percentiles of the unloaded service. */
  readonly wait: number
  /** Longest expected wait of a retry, as a share of that of an original, 0 to 1. */
  readonly retries: number
  /** Longest slot. */
  readonly slot: number
  /** What an overloaded service says of the others that serve the same: `host`, another may have room. */
  readonly scope: 'host' | 'service'
}
