/**
 * Served: what a service counts of the requests that it was sent.
 *
 * @module
 */
import { Registry } from './registry.js'

/** What a request was refused for: no time is left for it, or its idempotency key. */
export type RefusalReason = 'deadline' | 'key'

/** Of one operation, summed over every service of that name in this process. */
export class ServedCounters {
  /** Requests that came, refused ones included. */
  requests = 0
  /** Requests under way: neither answered nor, unless they run under a key, left by their callers. */
  inFlight = 0
  /** ms that handlers worked on after their caller had left or their time was up. */
  abandonedMs = 0
  refusedForDeadline = 0
  refusedForKey = 0

  constructor(
    readonly service: string,
    readonly operation: string,
  ) {}

  /** A request was answered without running its handler. */
  refuse(reason: RefusalReason): void {
    if (reason === 'deadline') this.refusedForDeadline++
    else this.refusedForKey++
  }
}

const registry = new Registry<ServedCounters>('served operations')

/** The counters of an operation: the same names share one object. */
export function servedCounters(service: string, operation: string): ServedCounters {
  return registry.get([service, operation], (...names) => new ServedCounters(names[0] as string, names[1] as string))
}

/** For `metrics()`. */
export function served(): readonly ServedCounters[] {
  return registry.values()
}
