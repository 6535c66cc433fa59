/**
 * Admission: what a service does about more requests than it can serve.
 *
 * A service that takes whatever comes answers nobody in time once more comes than it can serve: it works on what its
 * callers have given up, and their retries keep it there. With an admission it drops what nobody waits for any more,
 * works on as many at once as it has learned that it can, lets few wait, and refuses the rest at once, with the time at
 * which there will be room.
 *
 * @module
 */
import type { AdmissionFeature } from '../admission-port.js'
import { Door } from './door.js'
import { DoorEntrance } from './entrance.js'
import { type AdmissionOptions, admissionSettings } from './settings.js'

/** The door of a process: hand it to its services. */
export interface ServiceAdmission extends AdmissionFeature {
  /** Requests that may be worked on at once, as learned. */
  readonly limit: number
  /** Requests that are. */
  readonly inFlight: number
  /** Requests that wait for their turn. */
  readonly waiting: number
  /** Share of the limit that is in use; above 1 where requests wait. */
  readonly load: number
  /**
   * From now on everything that comes is refused (`draining`, of this host alone); what was accepted is served, what
   * waits too. Close the server afterwards.
   *
   * @returns resolves when all that was accepted has been answered
   */
  drain(): Promise<void>
}

/**
 * Makes the door of a process.
 *
 * @throws OptionError naming the option, its value and what is allowed
 * @example
 * const door = admission()
 * const inventory = service('inventory', { peer, peers: 'all', admission: door })
 * process.once('SIGTERM', () => void door.drain().then(() => server.close()))
 */
export function admission(options: AdmissionOptions = {}): ServiceAdmission {
  const door = new Door(admissionSettings(options))
  const { policy } = door
  return {
    operation(of) {
      door.attach(of)
      return new DoorEntrance(door, of)
    },
    drain: () => door.drain(),
    get limit() {
      return policy.limit
    },
    get inFlight() {
      return policy.inFlight
    },
    get waiting() {
      return policy.waiting
    },
    get load() {
      return policy.load
    },
  }
}
