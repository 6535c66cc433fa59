/**
 * Storm: one rung of the ladder, in as few words as tell it apart from the others.
 *
 * All share one shape: a FIFO queue of 1000 before 20 workers of 50 ms (400 attempts a second), twenty instances that
 * call it, 90 s, and something that goes wrong at 20 s. A storm says what is different.
 *
 * @module
 */
import type { Written } from '../schema/document.js'

type WrittenDependency = Written['dependencies'][string]
export type WrittenFault = NonNullable<WrittenDependency['faults']>[number]

export interface Storm {
  /** Of its file. */
  readonly name: string
  /** As the notes of the ladder call it: `b2`, `c30@90`. */
  readonly called: string
  /** What it is, in words. */
  readonly what: string
  /** Success of doing nothing and of the governor when it was found, in %: what is reproduced is compared with it. Not known of drawn ones. */
  readonly found?: { readonly none: number; readonly truce: number }
  /** What is assumed where the notes are silent. */
  readonly assumed?: string
  /** Simulated seconds; default 90. */
  readonly seconds?: number
  /** Rate of the originals over time, or callers that wait for their answers. */
  readonly load: Load
  /** Default: 20. */
  readonly instances?: number
  /** One more instance that makes as many calls as all the others together. */
  readonly heavy?: true
  /** Default: 20 workers, 50 ms lognormal. */
  readonly server?: Server
  /** Of every strategy; default: 800 ms and 2.5 s, those of `interactive`. */
  readonly timeouts?: { readonly attempt: number; readonly deadline: number }
  readonly faults: readonly WrittenFault[]
}

export type Load =
  /** Originals a second. */
  | { readonly rate: number }
  | { readonly rates: readonly { readonly at: string; readonly rate: string }[] }
  /** Callers of each instance, and how long they think. */
  | { readonly closed: number; readonly think: string }

export interface Server {
  readonly workers?: number
  /** Mean service time, ms; lognormal. */
  readonly ms?: number
  /** σ of its logarithm; default 0.5. */
  readonly spread?: number
  readonly queue?: number
  readonly loaded?: string
  readonly admits?: string
}

/** `times` faults, `every` seconds, from the 20th on. */
export function repeated(times: number, every: number, fault: Omit<WrittenFault, 'at'>): WrittenFault[] {
  return Array.from({ length: times }, (_, i) => ({ at: `${20 + i * every}s`, ...fault }))
}

export const at20 = (fault: Omit<WrittenFault, 'at'>): WrittenFault => ({ at: '20s', ...fault })
