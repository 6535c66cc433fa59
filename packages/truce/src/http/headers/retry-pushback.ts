/**
 * Retry-Pushback: what a service says about a repeat of what it answered.
 *
 * Retry-After knows whole seconds: where a queue of 340 ms is answered with "1", clients come back three
 * times too late, and all at once. And no status says that nothing was applied.
 *
 *     Retry-Pushback: slot=340, applied=?0, reason=overloaded, load=1.25, backlog=1200
 *
 * @see spec/wire/README.md
 * @module
 */
import type { PeerPushback } from '../../context/peer-port.js'
import { parse, print, readBoolean, readLoad, readWhole, readWord, understood } from './dictionary.js'
import { writeBoolean, writeCount, writeLoad, writeTime, writeWord } from './dictionary.js'

const REASONS = ['exhausted', 'overloaded', 'draining', 'share'] as const
const SCOPES = ['host', 'service'] as const

/**
 * The field's value; `''` where nothing of it can be carried. Waits are rounded up: nobody may come early.
 *
 * @example
 * writeRetryPushback({ slot: 340, applied: false, reason: 'overloaded' })
 * // 'slot=340, applied=?0, reason=overloaded'
 */
export function writeRetryPushback(pushback: PeerPushback): string {
  return print({
    retry: writeBoolean(pushback.retry),
    after: writeTime(pushback.after, Math.ceil),
    slot: writeTime(pushback.slot, Math.ceil),
    applied: writeBoolean(pushback.applied),
    reason: writeWord(pushback.reason, REASONS),
    scope: writeWord(pushback.scope, SCOPES),
    load: writeLoad(pushback.load),
    backlog: writeCount(pushback.backlog, 0),
  })
}

/**
 * Reads the field; what is not understood in it is as if it were absent.
 *
 * @returns `undefined` where nothing is understood
 * @example
 * readRetryPushback('retry=?0, after=soon, load=0.93') // { retry: false, load: 0.93 }
 */
export function readRetryPushback(value: string): PeerPushback | undefined {
  const members = parse(value)
  if (!members) return undefined
  const after = readWhole(members.get('after'), 0)
  const slot = members.get('slot')
  return understood<PeerPushback>({
    retry: readBoolean(members.get('retry')),
    after,
    // Without a value it says of `after` that it is the place in the queue.
    slot: readBoolean(slot) ? after : readWhole(slot, 0),
    applied: readBoolean(members.get('applied')),
    reason: readWord(members.get('reason'), REASONS),
    scope: readWord(members.get('scope'), SCOPES),
    load: readLoad(members.get('load')),
    backlog: readWhole(members.get('backlog'), 0),
  })
}
