/**
 * Counts: how many attempts the layers of one called operation make, and whom they hear.
 *
 * @module
 */
import type { Depended, Operation } from '../document/model.js'
import { fitting } from './times.js'

/** Of the guard (or a queue's consumer) of one operation and of the foreign layers below it. */
export interface Counts {
  /** Attempts that the guard makes whatever fails; 1 where another layer owns. */
  readonly own: number
  /** Attempts that it makes while the dependency is down; 1 where it owns conflicts only. */
  readonly ownOutage: number
  /** What foreign layers below make of each. */
  readonly foreign: number
  /** Layers that make more than one attempt, by name. */
  readonly repeaters: readonly string[]
  /** A consumer, which comes back later on purpose, rather than a guard. */
  readonly queue: boolean
  /** As many attempts as fit the deadline: counted, but not limited. */
  readonly unbounded: boolean
  /**
   * It hears that the layer below is exhausted where that one's deadline is at most this, ms. `-1`: never, because
   * a foreign layer is between, or because it is a consumer.
   */
  readonly hears: number
  /** By when it says that it is exhausted, ms; `undefined`: it never does, because another layer owns. */
  readonly says: number | undefined
}

/** Counts of one operation in the document of `service`, which is its guard's name as a layer. */
export function countsOf(service: string, depended: Depended, operation: Operation): Counts {
  const { owner, attemptTimeout, deadline } = operation
  const transient = typeof owner === 'object' ? owner.transient : owner
  const business = typeof owner === 'object' ? owner.business : owner
  const ownsTransient = transient === undefined || transient === service
  const owns = ownsTransient || business === service
  const attempts = Number.isFinite(operation.attempts) ? operation.attempts : fitting(operation)
  const own = owns ? attempts : 1
  const ownOutage = ownsTransient ? attempts : 1
  let foreign = 1
  for (const layer of depended.layers) foreign *= layer.attempts
  const queue = depended.broker !== undefined
  // Of two owners of different things one repeats what the other does not: they count as one.
  const sharing = owns && !ownsTransient
  return {
    own,
    ownOutage,
    foreign,
    repeaters: [
      ...(own > 1 && !sharing ? [service] : []),
      ...depended.layers.filter(({ attempts: made }) => made > 1).map(({ name }) => name),
    ],
    queue,
    unbounded: owns && operation.attempts === Number.POSITIVE_INFINITY,
    hears: queue || depended.layers.length > 0 ? -1 : depended.peer ? Number.POSITIVE_INFINITY : attemptTimeout,
    says: ownsTransient ? deadline : undefined,
  }
}
