/**
 * Memory store: for tests, and for one process whose restart may forget.
 *
 * It runs the steps of the record as they stand, so it is what the other stores are compared with.
 *
 * @module
 */
import {
  abandon,
  begin,
  complete,
  type IdempotencyRecord,
  look,
  note,
  renew,
  type Step,
} from '../../policy/idempotency/record.js'
import type { IdempotencyStore } from '../store.js'
import { sleepers } from './sleepers.js'

/** What `memory()` may be told. */
export interface MemoryOptions {
  /** ms since some fixed moment; default the wall clock, never backwards. */
  readonly now?: () => number
}

/**
 * Records in this process; gone with it.
 *
 * @example
 * const orders = idempotency({ store: memory(), ttl: '24h' })
 */
export function memory({ now = monotonicEpoch() }: MemoryOptions = {}): IdempotencyStore {
  const records = new Map<string, IdempotencyRecord>()
  const waiters = sleepers()
  let rounds = records.entries()

  /** Each claim looks at two records, and forgets what ran out: nobody needs to reap, and no claim pays for all. */
  function sweep(): void {
    for (let looked = 0; looked < 2; looked++) {
      const { value, done } = rounds.next()
      if (done) {
        rounds = records.entries()
        return
      }
      if (look(value[1], now()).is === 'absent') records.delete(value[0])
    }
  }

  function take<Answer>(scope: string, step: Step<Answer>): Answer {
    const { record, answer } = step
    if (record !== records.get(scope)) {
      if (record) records.set(scope, record)
      else records.delete(scope)
      waiters.wake(scope)
    }
    return answer
  }

  return {
    name: 'memory',
    begin: async (scope, claim) => {
      sweep()
      return take(scope, begin(records.get(scope), claim, now()))
    },
    renew: async (scope, heartbeat) => take(scope, renew(records.get(scope), heartbeat, now())),
    note: async (scope, point) => take(scope, note(records.get(scope), point, now())),
    complete: async (scope, completion) => take(scope, complete(records.get(scope), completion, now())),
    abandon: async (scope, end) => take(scope, abandon(records.get(scope), end, now())),
    look: async (scope) => look(records.get(scope), now()),
    changed: (scope, ms, signal) => waiters.sleep(scope, ms, signal).asleep,
    ready: async () => 'memory: what this process knows, gone with it',
    reap: async (limit) => {
      let reaped = 0
      for (const [scope, record] of records) {
        if (reaped >= limit) break
        if (look(record, now()).is !== 'absent') continue
        records.delete(scope)
        reaped++
      }
      return reaped
    },
    close: async () => records.clear(),
  }
}

function monotonicEpoch(): () => number {
  const epoch = Date.now() - performance.now()
  return () => epoch + performance.now()
}
