/**
 * Served: what a service counts of the requests that it was sent.
 *
 * @module
 */
import { Histogram } from './histogram.js'
import { Registry } from './registry.js'

/**
 * What a request was not worked on for: no time is left for it; its idempotency key; no room; its caller's share, or
 * that of retries, is used up; the process ends; its caller left while it waited.
 */
export type RefusalReason = 'deadline' | 'key' | 'overloaded' | 'share' | 'draining' | 'left'

/** Of one operation, summed over every service of that name in this process. */
export class ServedCounters {
  /** Requests that came, refused ones included. */
  requests = 0
  /** Requests under way: neither answered nor, unless they run under a key, left by their callers. */
  inFlight = 0
  /** ms that handlers worked on after their caller had left or their time was up. */
  abandonedMs = 0
  /** Requests answered without running their handler. */
  readonly refused: Readonly<Record<RefusalReason, number>> = {
    deadline: 0,
    key: 0,
    overloaded: 0,
    share: 0,
    draining: 0,
    left: 0,
  }
  #waits: Histogram | undefined

  constructor(
    readonly service: string,
    readonly operation: string,
  ) {}

  /** A request was answered without running its handler. */
  refuse(reason: RefusalReason): void {
    ;(this.refused as Record<RefusalReason, number>)[reason]++
  }

  /** A request was let in. @param ms for which it had waited */
  letIn(ms: number): void {
    ;(this.#waits ??= new Histogram()).observe(ms)
  }

  /** How long those that were let in had waited; nothing where nobody stands at the door. */
  get waits(): Histogram | undefined {
    return this.#waits
  }
}

/** What a service's admission is like at the moment. */
export interface AdmissionGauges {
  /** Requests that may be worked on at once. */
  readonly limit: number
  readonly inFlight: number
  readonly waiting: number
  /** Share of its capacity that is in use; above 1 where requests wait. */
  readonly load: number
}

/** Reads what is so at the moment; of several of one name the last. */
class Admissions {
  constructor(
    readonly service: string,
    public read: () => AdmissionGauges,
  ) {}
}

const registry = new Registry<ServedCounters>('served operations')
const doors = new Registry<Admissions>('services with an admission')

/** The counters of an operation: the same names share one object. */
export function servedCounters(service: string, operation: string): ServedCounters {
  return registry.get([service, operation], (...names) => new ServedCounters(names[0] as string, names[1] as string))
}

/** Registers how to read a service's admission; nothing is read until somebody asks for metrics. */
export function admissionGauges(service: string, read: () => AdmissionGauges): void {
  doors.get([service], (...names) => new Admissions(names[0] as string, read)).read = read
}

/** For `metrics()`. */
export function served(): readonly ServedCounters[] {
  return registry.values()
}

/** For `metrics()`. */
export function admissions(): readonly { readonly service: string; readonly read: () => AdmissionGauges }[] {
  return doors.values()
}
