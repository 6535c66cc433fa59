/**
 * Breaker control: the operator's hand on a breaker.
 *
 * In an incident somebody has to be able to say "leave it alone" or "let it through" faster than a deploy.
 * What is said is said by somebody, for a reason and until a time: an override that nobody remembers is the
 * next incident.
 *
 * @module
 */
import type { Override } from '../policy/breaker.js'
import { OptionError } from './errors.js'
import { name, neededOptions } from './options/check.js'
import { type Duration, duration } from '../options/units.js'
import type { PartitionSet } from './partition-set.js'

/** Who says it, and why: an override that nobody can ask about is the next incident. */
export interface By {
  /** A person or a tool that can be asked. */
  who: string
  /** The incident, the change, the reason. */
  why: string
}

/** The operator's word in force. */
export interface OverrideInForce extends By {
  /** What was said. */
  readonly kind: Override['kind']
  /** Epoch ms; `Infinity` until it is taken back. */
  readonly until: number
}

/**
 * The operator's hand on a breaker.
 *
 * @throws OptionError (all three) where who, why or the time is missing, or the dependency has no breaker
 */
export interface BreakerControl {
  /** Refuses every attempt for so long; then probes decide. */
  forceOpen(by: By & { for: Duration }): void
  /** Lets every attempt through for so long; outcomes are still counted. */
  forceClosed(by: By & { for: Duration }): void
  /** Takes the dependency out of use until `restore()`, or for so long. */
  isolate(by: By & { for?: Duration }): void
  /** Takes back what was said. Background calls that wait look again at once. */
  restore(): void
  /** What was said and still holds. */
  readonly override: OverrideInForce | undefined
}

export function breakerControl(partitions: PartitionSet): BreakerControl {
  const say = (kind: Override['kind'], by: By & { for?: Duration }, endless: boolean): void => {
    if (partitions.whole.policy.breaker === null) {
      throw new OptionError('breaker', 'none', 'a breaker: without one there is nothing to override')
    }
    neededOptions(by, ['who', 'why', 'for'], kind)
    const [who, why] = [name(by.who, `${kind}.who`), name(by.why, `${kind}.why`)]
    if (by.for === undefined && !endless) throw new OptionError(`${kind}.for`, by.for, "how long, such as '10m'")
    const until = by.for === undefined ? Infinity : partitions.now() + duration(by.for, `${kind}.for`)
    partitions.override(Object.freeze({ kind, who, why, until }))
  }
  return Object.freeze<BreakerControl>({
    forceOpen: (by) => say('force-open', by, false),
    forceClosed: (by) => say('force-closed', by, false),
    isolate: (by) => say('isolate', by, true),
    restore: () => partitions.override(undefined),
    get override() {
      const word = partitions.overridden()
      return word && { ...word, until: partitions.epoch + word.until }
    },
  })
}
