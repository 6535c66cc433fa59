/**
 * Retry control: the operator's hand on the retries of a dependency.
 *
 * When retries are what keeps a dependency down, somebody has to be able to stop them without a deploy and
 * without stopping the calls themselves.
 *
 * @module
 */
import type { By } from './breaker-control.js'
import { OptionError } from './errors.js'
import { name, neededOptions } from './options/check.js'
import { type Duration, duration } from '../options/units.js'
import type { PartitionSet } from './partition-set.js'

/** The operator's word on retries in force. */
export interface RetriesStopped extends By {
  /** Epoch ms. */
  readonly until: number
}

/** The operator's hand on the retries of a dependency. */
export interface RetryControl {
  /**
   * Refuses every retry and hedge for so long (`stop: budget`); originals go on. Background calls wait.
   *
   * @throws OptionError where who, why or the time is missing
   * @example
   * inventory.retries.stop({ who: 'ada', why: 'INC-42', for: '10m' })
   */
  stop(by: By & { for: Duration }): void
  /** Takes it back. */
  resume(): void
  /** What was said and still holds. */
  readonly stopped: RetriesStopped | undefined
}

export function retryControl(partitions: PartitionSet): RetryControl {
  return Object.freeze<RetryControl>({
    stop(by) {
      neededOptions(by, ['who', 'why', 'for'], 'retries.stop')
      const [who, why] = [name(by.who, 'retries.stop.who'), name(by.why, 'retries.stop.why')]
      if (by.for === undefined) throw new OptionError('retries.stop.for', by.for, "how long, such as '10m'")
      const until = partitions.now() + duration(by.for, 'retries.stop.for')
      partitions.stopRetries(Object.freeze({ who, why, until }))
    },
    resume: () => partitions.stopRetries(undefined),
    get stopped() {
      const word = partitions.retriesStopped()
      return word && { ...word, until: partitions.epoch + word.until }
    },
  })
}
