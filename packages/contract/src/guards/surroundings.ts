/**
 * Surroundings: what a guard needs and a document cannot hold: functions, ports, clocks.
 *
 * @module
 */
import type { Classifier, Clock, Fallback, PeerPort, Quality } from 'truce'
import type { Profiles } from './keys.js'

/** What code hands in where it loads a document. */
export interface Surroundings<F = never> {
  /** `peer` of `truce/peer`: needed where the document says `peer: true`. */
  readonly peer?: PeerPort | undefined
  /** The functions that the document names as `fallback`. */
  readonly fallbacks?: Readonly<Record<string, Fallback<F> | { value: Fallback<F>; quality: Quality }>> | undefined
  /** What APIs of your own knowledge do with keys, by the name that the document gives: `profile({ … })`. */
  readonly profiles?: Profiles | undefined
  /** What results and errors mean, by the dependency's name. */
  readonly classify?: Readonly<Record<string, Classifier | readonly Classifier[]>> | undefined
  /**
   * Makes a connection that keeps to a connect timeout: `agent` of `truce/undici`. Needed where the document says
   * `connectTimeout`, which no function around a fetch can keep.
   */
  readonly agent?: ((options: { connectTimeout: number }) => unknown) | undefined
  /** Name of this layer of retries. Default: the service's. */
  readonly layer?: string | undefined
  /** How many run, where it is not as the document says. */
  readonly instances?: number | undefined
  /** Guards know the attempt they run in by AsyncLocalStorage. Default false. */
  readonly inherit?: boolean | undefined
  /** Time, for tests. Default: the system's. */
  readonly clock?: Clock | undefined
  /** Randomness in [0, 1), for tests. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

export const NAMES = [
  'peer', 'fallbacks', 'profiles', 'classify', 'agent', 'layer', 'instances', 'inherit', 'clock', 'random',
] as const satisfies readonly (keyof Surroundings)[] // prettier-ignore
