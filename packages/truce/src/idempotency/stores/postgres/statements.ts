/**
 * Statements: what is sent.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { micros, ms, recordText, tryShared } from './functions.js'
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
  /** The same: sooner where there is no record, later where there is one. */
  readonly beginNew: Statement
  /** The same in a transaction of the store's own; $9 the most ms that it may stand idle. */
  readonly beginOwn: Statement
  /** The same in a transaction of the caller's. */
  readonly beginWithin: Statement
  /** $1 scope, $2 fence, $3 lease */
  readonly renew: Statement
  /** $1 scope, $2 fence, $3 lease, $4 name, $5 result */
  readonly note: Statement
  /** $1 scope, $2 fence, $3 outcome, $4 ttl; passes by what somebody waits for */
  readonly complete: Statement
  /** The same, also where somebody waits: who does is told. */
  readonly completeAndTell: Statement
  /** The same in the transaction that claimed: not in another one, where the work has ended that. */
  readonly completeOwn: Statement
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

/**
 * Two ways to claim, both of them one round trip for whatever they find. `begin` reads a replay at once; only
 * what may be written goes to the function. `beginNew` inserts at once, and leaves all else to the function.
 */
export function statementsOf(table: Table): Statements {
  const begin = (last: string) => `
SELECT CASE WHEN r.state = 'completed' AND ${NOW} < r.expires
  THEN ${recordText('seen', 'r.fingerprint = $2::text', 'r', NOW)}
  ELSE ${table.call('begin')}($1::text, $2, $3, $4, $5, $6, $7, $8, ${last}, r.scope IS NULL) END
FROM (SELECT) AS one LEFT JOIN ${table.name} AS r ON r.scope = $1`
  const held = (name: string, set: string, only = '') =>
    ({ ...named(name, update(table, set) + only), counts: true }) as const
  const told = (name: string, set: string, only = '') => named(name, update(table, set) + only + tells(table))
  return {
    begin: named('begin', begin('false, NULL')),
    beginNew: named('begin-new', beginNew(table)),
    beginOwn: named('begin-own', begin('true, $9')),
    beginWithin: named('begin-within', begin('true, NULL')),
    renew: held('renew', RENEWED),
    note: held('note', `${RENEWED}, points = coalesce(r.points, '{}') || jsonb_build_object($4::text, $5::text)`),
    complete: held('complete', COMPLETED, ' AND NOT r.waited'),
    completeAndTell: told('complete-and-tell', COMPLETED),
    completeOwn: told('complete-own', COMPLETED, CLAIMED_HERE),
    abandon: told('abandon', ABANDONED),
    read: named('read', read(table)),
    look: named('look', `SELECT ${table.call('look')}($1, $2)`),
    watch: named('watch', watch(table)),
    reap: named('reap', reap(table)),
  }
}

/** A lease never shrinks, and what is held is remembered for as long. */
const UNTIL = `greatest(r.lease, ${NOW} + ${ms('$3::float8')})`
const RENEWED = `lease = ${UNTIL}, expires = r.expires + (${UNTIL} - r.lease)`

/** `sweep`, by which the reaper's index goes, mostly stays as it is: so the row can stay on its page (HOT). */
const COMPLETED = `state = 'completed', points = NULL, outcome = $3::text, settled = ${NOW},
  expires = ${NOW} + ${ms('$4::float8')}, sweep = least(r.sweep, ${NOW} + ${ms('$4::float8')})`

const CLAIMED_HERE = ' AND r.xmin::text = (txid_current() & 4294967295)::text'

const ABANDONED = `state = CASE $3::text WHEN 'unknown' THEN 'unknown' ELSE 'free' END, run = '',
  fingerprint = CASE $3::text WHEN 'forget' THEN '' ELSE r.fingerprint END,
  points = CASE $3::text WHEN 'forget' THEN NULL ELSE r.points END`

/** The lock is tried before the row is: else it would wait for whoever holds that in an open transaction. */
const beginNew = (table: Table) => `
WITH made AS (
  INSERT INTO ${table.name} AS r
    (scope, fingerprint, mode, state, fence, run, claims, reconcile, lease, created, expires, sweep)
  SELECT $1::text, $2::text, $3::text, 'running', ${micros(NOW)}, $4::text, 1, false, ${NOW} + ${ms('$5::float8')}, ${NOW},
    ${NOW} + ${ms('($5::float8 + $6::float8)')}, ${NOW} + ${ms('$6::float8')}
  WHERE ${NOW} <= to_timestamp($7::float8) AND ${tryShared(table, '$1::text')}
  ON CONFLICT (scope) DO NOTHING RETURNING r.fence
)
SELECT 'granted ' || made.fence || ' ' || made.fence || E' 1 f\\n' FROM made
UNION ALL SELECT ${table.call('begin')}($1, $2, $3, $4, $5, $6, $7, $8::boolean, false, NULL, false)
WHERE NOT EXISTS (SELECT FROM made)`

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
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  return { name: `truce-${name}-${hash}`, text }
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
