/**
 * Statements: what is sent.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Claim } from '../../../policy/idempotency/record.js'
import { kept } from './kept.js'
import { micros, ms, recordText, tryAlone, tryShared } from './functions.js'
import type { Table } from './table.js'

const NOW = 'statement_timestamp()'

/** A statement, and the name under which a connection remembers its plan. */
export interface Statement {
  readonly name: string
  readonly text: string
  /** It answers with no row but with how many it wrote; one row stands for any. */
  readonly counts?: true
}

export interface Statements {
  /** $1 scope, $2 fingerprint, $3 mode, $4 run, $5 lease, $6 ttl, $7 until (epoch s), $8 reconcile */
  readonly begin: Statement
  /**
   * For claims like that one, of keys that are new; no row for others. $1 scope, $2 fingerprint, $3 run, $4 until, where
   * the key is dated; undefined where there are too many kinds.
   */
  readonly beginNew: (claim: Claim) => Statement | undefined
  /** The same in a transaction of the store's own. */
  readonly beginNewOwn: (claim: Claim) => Statement | undefined
  /** As `begin`, in a transaction of the store's own; $9 the most ms that it may stand idle. */
  readonly beginOwn: Statement
  /** The same in a transaction of the caller's. */
  readonly beginWithin: Statement
  /** Only what is completed. $1 scope, $2 fingerprint */
  readonly replay: Statement
  /** $1 scope, $2 fence, $3 lease */
  readonly renew: Statement
  /** $1 scope, $2 fence, $3 lease, $4 name, $5 result */
  readonly note: Statement
  /** For so many ms; passes by what somebody waits for. $1 scope, $2 fence, $3 outcome; undefined as above. */
  readonly complete: (ttl: number) => Statement | undefined
  /** The same, also where somebody waits: who does is told. $4 ttl */
  readonly completeAndTell: Statement
  /** The same in the transaction that claimed; it fails in another one, where the work has ended that. */
  readonly completeOwn: Statement
  /** Is this the transaction that claimed? A row where it is. $1 scope, $2 fence */
  readonly isOwn: Statement
  /** $1 scope, $2 fence, $3 as */
  readonly abandon: Statement
  /** $1 scope: the record as it is */
  readonly read: Statement
  /** $1 scope, $2 for the last time */
  readonly look: Statement
  /** $1 scope */
  readonly watch: Statement
  /** $1 limit */
  readonly reap: Statement
}

/** What is the same for each call of a service stands in the text: fewer values to send, read and reckon with. */
export function statementsOf(table: Table): Statements {
  const begin = (last: string) => `
SELECT CASE WHEN r.state = 'completed' AND ${NOW} < r.expires
  THEN ${recordText('seen', 'r.fingerprint = $2::text', 'r', NOW)}
  ELSE ${table.call('begin')}($1::text, $2, $3, $4, $5, $6, $7, $8, ${last}, r.scope IS NULL) END
FROM (SELECT) AS one LEFT JOIN ${table.name} AS r ON r.scope = $1`
  const held = (name: string, set: string, only = '') =>
    ({ ...named(name, update(table, set) + only), counts: true }) as const
  const told = (name: string, set: string) => named(name, update(table, set) + tells(table))
  const claims = (name: string, lock: (claim: Claim) => string) =>
    kept<Claim, Statement>(
      (a, b) => a.ttl === b.ttl && a.lease === b.lease && a.mode === b.mode && isDated(a) === isDated(b),
      (claim) => {
        const plain = isPlain(claim.lease) && isPlain(claim.ttl) && WORD.test(claim.mode)
        return plain ? named(name, beginNew(table, claim, lock(claim))) : undefined
      },
    )
  const completions = kept<number, Statement>(
    (a, b) => a === b,
    (ttl) => (isPlain(ttl) ? held('complete', completed(lasting(ttl)), ' AND NOT r.waited') : undefined),
  )
  return {
    begin: named('begin', begin('false, NULL')),
    beginNew: claims('begin-new', () => tryShared(table, '$1::text')),
    beginNewOwn: claims('begin-new-own', ({ lease }) => tryAlone(table, '$1::text', idleMs(lease))),
    beginOwn: named('begin-own', begin('true, $9')),
    beginWithin: named('begin-within', begin('true, NULL')),
    replay: named('replay', replay(table)),
    renew: held('renew', RENEWED),
    note: held('note', `${RENEWED}, points = coalesce(r.points, '{}') || jsonb_build_object($4::text, $5::text)`),
    complete: completions,
    completeAndTell: told('complete-and-tell', completed(ms('$4::float8'))),
    completeOwn: named('complete-own', completeOwn(table)),
    isOwn: named(
      'is-own',
      `SELECT FROM ${table.name} AS r WHERE r.scope = $1::text AND r.fence = $2::bigint AND ${OWN}`,
    ),
    abandon: told('abandon', ABANDONED),
    read: named('read', read(table)),
    look: named('look', `SELECT ${table.call('look')}($1, $2)`),
    watch: named('watch', watch(table)),
    reap: named('reap', reap(table)),
  }
}

const WORD = /^[a-z-]+$/

/** May it stand in a text? */
function isPlain(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

const lasting = (milliseconds: number) => `'${milliseconds} ms'::interval`

/** A lease never shrinks, and what is held is remembered for as long. */
const UNTIL = `greatest(r.lease, ${NOW} + ${ms('$3::float8')})`
const RENEWED = `lease = ${UNTIL}, expires = r.expires + (${UNTIL} - r.lease)`

/** `sweep`, by which the reaper's index goes, mostly stays as it is: so the row can stay on its page (HOT). */
const completed = (ttl: string) => `state = 'completed', points = NULL, outcome = $3::text, settled = ${NOW},
  expires = ${NOW} + ${ttl}, sweep = least(r.sweep, ${NOW} + ${ttl})`

/** It was written by this transaction. */
const OWN = 'r.xmin::text = (txid_current() & 4294967295)::text'

/** A COMMIT follows it at once: so where nothing was there to complete it has to fail, by a division by zero. */
const completeOwn = (table: Table) => `
WITH done AS (
  ${update(table, completed(ms('$4::float8')))} AND ${OWN}
  ${tells(table)}
)
SELECT (1 / count(*))::text FROM done`

const ABANDONED = `state = CASE $3::text WHEN 'unknown' THEN 'unknown' ELSE 'free' END, run = '',
  fingerprint = CASE $3::text WHEN 'forget' THEN '' ELSE r.fingerprint END,
  points = CASE $3::text WHEN 'forget' THEN NULL ELSE r.points END`

/**
 * All else of the record is what a new one has by default. The lock is tried before the row is: else it would wait
 * for whoever holds that in an open transaction.
 */
const beginNew = (table: Table, claim: Claim, lock: string) => {
  const { mode, lease, ttl } = claim
  return `
INSERT INTO ${table.name} (scope, fingerprint, run, mode, lease, expires, sweep)
SELECT $1, $2, $3, '${mode}', ${NOW} + ${lasting(lease)}, ${NOW} + ${lasting(lease + ttl)}, ${NOW} + ${lasting(ttl)}
WHERE ${isDated(claim) ? `${NOW} <= to_timestamp($4::float8) AND ` : ''}${lock}
ON CONFLICT DO NOTHING RETURNING fence::text`
}

/** For how long a transaction may stand idle: as long as its lease, as the server takes it. */
export function idleMs(lease: number): string {
  return String(Math.min(Math.max(1, Math.ceil(lease)), 2_147_483_647))
}

const isDated = ({ born }: Claim) => born !== undefined

const replay = (table: Table) => `
SELECT ${recordText('seen', 'r.fingerprint = $2::text', 'r', NOW)} FROM ${table.name} AS r
WHERE r.scope = $1::text AND r.state = 'completed' AND ${NOW} < r.expires`

/** What only the holder may do: a row where it was done, none where the key is in other hands. */
const update = (table: Table, set: string) => `
UPDATE ${table.name} AS r SET ${set}
WHERE r.scope = $1::text AND r.fence = $2::bigint AND r.state = 'running'`

/** To notify serialises commits, so nobody is told of an end that nobody waits for. */
const tells = (table: Table) => `
RETURNING CASE WHEN r.waited THEN pg_notify('${table.channel}', r.scope)::text END`

const read = (table: Table) => `
SELECT CASE WHEN r.scope IS NULL THEN concat_ws(' ', 'seen', ${micros(NOW)}) ELSE ${recordText('seen', 'true', 'r', NOW)} END
FROM (SELECT) AS one LEFT JOIN ${table.name} AS r ON r.scope = $1::text`

function named(name: string, text: string): Statement {
  // A client may look a statement up by its text, each time.
  const short = text.trim().replaceAll(/\s+/g, ' ')
  const hash = createHash('sha256').update(short).digest('hex').slice(0, 12)
  return { name: `truce-${name}-${hash}`, text: short }
}

/** Flags the row of a run, so that its end is told. Answers `flagged`, `changed` or null: nobody can say. */
const watch = (table: Table) => `
WITH seen AS MATERIALIZED (
  SELECT r.waited, r.state = 'running' AND ${NOW} < r.lease AS runs,
    r.state = 'completed' AND ${NOW} < r.expires AS completed
  FROM ${table.name} AS r WHERE r.scope = $1::text
), flagged AS (
  UPDATE ${table.name} AS r SET waited = true FROM seen
  WHERE r.scope = $1::text AND seen.runs AND NOT seen.waited AND r.state = 'running' RETURNING 1
)
SELECT CASE WHEN seen.runs AND (seen.waited OR EXISTS (SELECT FROM flagged)) THEN 'flagged'
  WHEN seen.runs OR seen.completed THEN 'changed' END
FROM seen`

/** Rows that another reaper or a claim has in hand are passed by; what lives longer than it seemed is put off. */
const reap = (table: Table) => `
WITH due AS MATERIALIZED (
  SELECT r.scope, r.expires AS ends
  FROM ${table.name} AS r WHERE r.sweep <= ${NOW} ORDER BY r.sweep LIMIT $1::bigint FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM ${table.name} AS r USING due WHERE r.scope = due.scope AND due.ends <= ${NOW} RETURNING 1
), later AS (
  UPDATE ${table.name} AS r SET sweep = due.ends FROM due WHERE r.scope = due.scope AND due.ends > ${NOW} RETURNING 1
)
SELECT (SELECT count(*) FROM gone)::text, (SELECT count(*) FROM later)::text`
