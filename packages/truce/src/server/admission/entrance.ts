/**
 * Entrance: the way of one operation's requests to the door of its service.
 *
 * @module
 */
import { QUEUED, RetryShare } from '../../policy/admission/index.js'
import type { ServedCounters } from '../../telemetry/served.js'
import type { AdmittedOperation, Arriving, Entrance, LoadField, Place } from '../admission-port.js'
import type { Refused } from '../refusals.js'
import type { Door } from './door.js'
import { KeptLoadField } from './load-field.js'
import { refusedFor } from './refused.js'
import { Turn } from './turn.js'

export class DoorEntrance implements Entrance {
  readonly load: LoadField | undefined
  readonly #door: Door
  readonly #counters: ServedCounters
  readonly #background: boolean
  readonly #retries: RetryShare | undefined

  constructor(door: Door, { peer, counters, background, retriesShare }: AdmittedOperation) {
    this.#door = door
    this.#counters = counters
    this.#background = background
    this.#retries = retriesShare === undefined ? undefined : new RetryShare(retriesShare)
    this.load = peer && new KeptLoadField(peer, door.policy)
  }

  enter({ caller, attempt, urgency }: Arriving, deadline: number, now: number): Place | Refused {
    const turn = new Turn(this.#door, this.#counters, now)
    turn.retry = attempt > 1
    turn.background = this.#background || urgency === 'background'
    turn.caller = caller
    turn.deadline = deadline
    turn.retries = this.#retries
    const { policy } = this.#door
    const said = policy.arrive(turn, now)
    if (said === undefined) {
      this.#counters.letIn(0)
      return turn
    }
    if (said !== QUEUED) return refusedFor(said, turn.retry)
    turn.wait()
    this.#door.changed(now)
    return turn
  }
}
