/**
 * Promises to callers: which change of them breaks one.
 *
 * @module
 */
import type { Contract } from '../document/model.js'
import type { Change, FieldRule } from './rule.js'

/** The served operation in which a change is. */
const servedIn = (contract: Contract, { path }: Change) => contract.serves.get(String(path[1]))

/** Still as long as what it says nearly every call takes. */
function fitsPromisedTime(change: Change): boolean {
  const served = servedIn(change.to, change)
  const longest = served?.slo.p99 ?? served?.latency.p99
  return served !== undefined && longest !== undefined && longest <= served.deadline
}

/** More originals than were expected here, and none of them goes on to anybody. */
const callsNobody = (change: Change) =>
  servedIn(change.to, change)?.calls.length === 0 && rateOf(change.to, change) >= rateOf(change.from, change)
const rateOf = (contract: Contract, change: Change) => servedIn(contract, change)?.rate ?? 0

/** A dependency that the old document did not name is promised something for the first time. */
function isNewDependency({ path, from }: Change): boolean {
  const [dependency = '', ...operation] = String(path[3]).split('.')
  return !from.depends.get(dependency)?.operations.has(operation.join('.'))
}

export const SERVES: readonly FieldRule[] = [
  {
    rule: 'serves',
    side: 'callers',
    unit: 'text',
    goes: 'whoever calls it finds it gone',
  },
  {
    rule: 'serves.effect',
    side: 'callers',
    unit: 'text',
    changes: 'callers treat it as what it was: a write that is taken for a read is repeated without a key',
  },
  {
    rule: 'serves.urgency',
    side: 'callers',
    unit: 'text',
    order: ['background', 'interactive'],
    less: 'somebody waits for the answer, and it is now the first work to be put off',
  },
  {
    rule: 'serves.deadline',
    side: 'callers',
    unit: 'duration',
    more: 'a caller whose attempt timeout fitted it gives up while the work goes on, and repeats it',
    less: 'calls that took longer were answered, and are now given up; no slo.p99 or latency.p99 says that none do',
    unless: (change) => {
      const before = servedIn(change.from, change)?.deadline ?? 0
      return (servedIn(change.to, change)?.deadline ?? 0) < before && fitsPromisedTime(change)
    },
  },
  { rule: 'serves.latency.p50', side: 'callers', unit: 'duration' },
  {
    rule: 'serves.latency.p99',
    side: 'callers',
    unit: 'duration',
    more: 'attempt timeouts that were above it may now be below it, and end attempts that would have been answered',
  },
  {
    rule: 'serves.rate',
    side: 'callers',
    unit: 'rate',
    goes: 'nobody can tell any more whether what callers send is expected',
    more: 'each call of it calls its dependencies, which now get more originals',
    less: 'callers that send what was expected now send more than that',
    unless: callsNobody,
  },
  {
    rule: 'serves.capacity',
    side: 'callers',
    unit: 'rate',
    absent: 0,
    less: 'what its callers may send while it is down was proven to fit the old one',
  },
  {
    rule: 'serves.slo.p99',
    side: 'callers',
    unit: 'duration',
    absent: Number.POSITIVE_INFINITY,
    more: 'timeouts of callers were set by the faster answer that was promised',
  },
  {
    rule: 'serves.slo.availability',
    side: 'callers',
    unit: 'share',
    absent: 0,
    less: 'callers counted on more of their calls succeeding',
  },
  {
    rule: 'serves.retries.share',
    side: 'callers',
    unit: 'share',
    absent: 1,
    less: 'retries that were admitted are now refused',
  },
  {
    rule: 'serves.idempotency',
    side: 'callers',
    unit: 'text',
    absent: 'none',
    changes: 'callers that repeat the write as they were told to are refused, or take effect twice',
    unless: stillTakesTheKeys,
  },
  {
    rule: 'serves.idempotency.ttl',
    side: 'callers',
    unit: 'duration',
    absent: 0,
    less: 'a caller whose window was within it may repeat a key that is already forgotten, and take effect twice',
  },
  {
    rule: 'serves.idempotency.fields',
    side: 'callers',
    unit: 'text',
    absent: 'all',
    changes: 'a key that is repeated across the change no longer matches the payload that it was recorded with',
  },
  {
    rule: 'serves.calls',
    side: 'dependencies',
    unit: 'text',
    appears: 'a dependency that agreed to the calls it had gets another one for each',
    unless: isNewDependency,
  },
  {
    rule: 'serves.calls.times',
    side: 'dependencies',
    unit: 'number',
    more: 'one call of it now costs its dependency more attempts',
  },
  {
    rule: 'serves.calls.concurrent',
    side: 'dependencies',
    unit: 'text',
    order: ['false', 'true'],
    more: 'the dependency gets at once what came one after the other',
  },
]

/** Whoever repeated as the old document allowed may go on: without a key where none was asked for, and with it. */
function stillTakesTheKeys(change: Change): boolean {
  const before = servedIn(change.from, change)?.idempotency
  const after = servedIn(change.to, change)?.idempotency
  if (after?.kind !== 'key') return after?.kind === 'natural'
  return after.key === 'optional' && before?.kind !== 'natural'
}
