/**
 * Context: what a call knows of the attempt it was made in.
 *
 * Layers that do not know of each other multiply: three layers of three attempts are 27. What a
 * lower call must know is little: until when its caller waits, who owns the retries, and which
 * attempt it belongs to. The attempt that a guarded function receives *is* that context; hand it on
 * as `{ context: attempt }`, or switch inheritance on.
 *
 * @module
 */
import type { Abortable } from './hub.js'
import type { Owner } from './owner.js'

/** The attempt in which a call is made; hand it on as `{ context: attempt }`. */
export interface CallContext {
  /** `CALL#ATTEMPT`, for the records of what is called below. */
  readonly id: string
  /** When the attempt above ends, ms on the guard's clock. */
  readonly endsAt: number
  /** The layer that declared itself owner of the retries below; `undefined`: the lowest layer owns. */
  readonly owner: Owner | undefined
  /** A call below leaves when the attempt is given up; at once, and with `false`, where it was already. */
  join(member: Abortable): boolean
  /** The call below has ended. */
  leave(member: Abortable): void
  /** The call below has ended with its retries spent; for whoever has to say so further up. */
  spent?(): void
}
