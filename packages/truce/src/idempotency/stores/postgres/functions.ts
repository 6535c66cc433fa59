/**
 * Functions: a claim, and a look at what may be in an open transaction, as functions of the server.
 *
 * A claim has six ways to end, and a single SQL statement that knows them all sets up all of them each
 * time. A function reads, decides, and runs only what it needs, in one round trip, and sees what others have
 * committed since it read. Only what may be written is decided here;
 * where nothing was, the answer is the record, and the policy itself says what that means.
 *
 * Who claims never waits for somebody else's open transaction: whoever claims in one holds an advisory
 * lock of the key until it ends, and everybody else only tries that lock.
 *
 * @module
 */
import type { Table } from './table.js'

/** SQL: a time as µs since 1970; nothing where there is none. */
export const micros = (time: string) => `coalesce((date_part('epoch', ${time}) * 1000000)::bigint, 0)`

/**
 * The record for `reply.ts`: a word, times and numbers on the first line, the run on the second, then the
 * outcome.
 *
 * @param same SQL: is the claim's payload the one of the record?
 */
export const recordText = (word: string, same: string, row = 'was', now = '_now') =>
  `concat_ws(' ', '${word}', ${micros(now)}, ${row}.fence, ${row}.mode, ${row}.state, ${micros(`${row}.lease`)},
      ${micros(`${row}.created`)}, ${micros(`${row}.settled`)}, ${micros(`${row}.expires`)}, ${same})
      || E'\\n' || ${row}.run || E'\\n' || coalesce(${row}.outcome, '')`

/** The same where there is no record. */
const absentText = (word: string) => `concat_ws(' ', '${word}', ${micros('_now')})`

const seen = (word: string, same = 'true') =>
  `RETURN CASE WHEN was.scope IS NULL THEN ${absentText(word)} ELSE ${recordText(word, same)} END;`

const grantedText = `RETURN concat_ws(' ', 'granted', was.fence, ${micros('was.created')}, was.claims, was.reconcile)
      || E'\\n' || coalesce(was.points::text, '');`

export const ms = (parameter: string) => `${parameter} * interval '1 millisecond'`

/** SQL: the advisory lock of a key. The table's name is in it, so that two stores do not meet. */
const lockOf = ({ name }: Table, scope = '_scope') => `hashtextextended(${scope}, hashtextextended('truce ${name}', 0))`

/** SQL: no open transaction has the key; until this statement has ended, none gets it. */
export const tryShared = (table: Table, scope = '_scope') => `pg_try_advisory_xact_lock_shared(${lockOf(table, scope)})`

/** SQL: the same for whoever claims in a transaction of the store's own, which may stand idle for so many ms. */
export const tryAlone = (table: Table, scope: string, idle: string) =>
  `pg_try_advisory_xact_lock(${lockOf(table, scope)})
  AND set_config('idle_in_transaction_session_timeout', '${idle}', true) IS NOT NULL`

/**
 * SQL: tries the lock. In an open transaction it keeps the others off until that ends, and the server ends it
 * when it stands idle for too long. Claims on their own end at once and share it: two of them meet at the
 * record itself.
 */
const lock = (table: Table) => `(CASE WHEN _alone
        THEN pg_try_advisory_xact_lock(${lockOf(table)})
          AND (_idle IS NULL OR set_config('idle_in_transaction_session_timeout', _idle, true) IS NOT NULL)
        ELSE ${tryShared(table)} END)`

const func = (name: string, args: string, declare: string, body: string) => `
CREATE FUNCTION ${name}(${args}) RETURNS text LANGUAGE plpgsql AS $truce$
DECLARE
  ${declare}
BEGIN
${body}
END $truce$;
`

/** SQL that creates all of them. */
export const functions = (table: Table): string => begin(table) + look(table)

/** `_alone`: in an open transaction; `_idle`: how long it may then stand idle; `_absent`: just looked for, and not there. */
const begin = (table: Table) =>
  func(
    table.call('begin'),
    `_scope text, _fingerprint text, _mode text, _run text, _lease float8, _ttl float8, _until float8,
  _reconcile boolean, _alone boolean, _idle text, _absent boolean`,
    `_now timestamptz := statement_timestamp();
  _how text;
  _mine boolean;
  _tries integer := 0;
  was ${table.name}%ROWTYPE;`,
    `  LOOP
    -- What most claims find comes first: each line that is not reached costs nothing.
    IF _absent THEN
      _absent := false;
    ELSE
      SELECT r.* INTO was FROM ${table.name} AS r WHERE r.scope = _scope;
    END IF;
    IF was.scope IS NULL THEN
      IF _now > to_timestamp(_until) THEN RETURN ${absentText('seen')}; END IF;
      IF _mine OR ${lock(table)} THEN
        INSERT INTO ${table.name} AS r
          (scope, fingerprint, mode, state, fence, run, claims, reconcile, lease, created, expires, sweep)
        VALUES (_scope, _fingerprint, _mode, 'running', ${micros('_now')}, _run, 1, false, _now + ${ms('_lease')}, _now,
          _now + ${ms('(_lease + _ttl)')}, _now + ${ms('_ttl')})
        ON CONFLICT (scope) DO NOTHING;
        IF FOUND THEN RETURN concat_ws(' ', 'granted', ${micros('_now')}, ${micros('_now')}, '1 f') || E'\\n'; END IF;
        _mine := true;
      ELSE
        RETURN ${absentText('taken')};
      END IF;
    ELSIF was.state = 'completed' AND _now < was.expires THEN
      RETURN ${recordText('seen', 'was.fingerprint = _fingerprint')};
    ELSE
      _how := CASE
        WHEN _now >= was.expires
          THEN CASE WHEN _now <= to_timestamp(_until) THEN 'new' END
        WHEN was.fingerprint <> '' AND was.fingerprint <> _fingerprint THEN NULL
        WHEN was.state = 'free' THEN 'on'
        WHEN was.state = 'running' AND was.run = _run THEN 'again'
        WHEN was.state = 'unknown' OR (was.state = 'running' AND was.mode = 'at-most-once' AND _now >= was.lease)
          THEN CASE WHEN _reconcile THEN 'reconcile' END
        WHEN was.state = 'running' AND _now >= was.lease THEN 'on'
      END;
      IF _how IS NULL THEN RETURN ${recordText('seen', `was.fingerprint IN ('', _fingerprint)`)}; END IF;
      _mine := _mine OR ${lock(table)};
      IF _mine IS NOT TRUE THEN RETURN ${recordText('taken', 'true')}; END IF;
    END IF;
    IF _how = 'again' THEN
      UPDATE ${table.name} AS r SET lease = greatest(r.lease, _now + ${ms('_lease')}),
        expires = r.expires + (greatest(r.lease, _now + ${ms('_lease')}) - r.lease)
      WHERE r.scope = _scope AND r.fence = was.fence AND r.state = 'running' RETURNING r.* INTO was;
      IF FOUND THEN
        ${grantedText}
      END IF;
    ELSIF _how IS NOT NULL THEN
      UPDATE ${table.name} AS r SET
        fingerprint = _fingerprint, mode = CASE _how WHEN 'reconcile' THEN 'at-most-once' ELSE _mode END,
        state = 'running', fence = greatest(r.fence + 1, ${micros('_now')}), run = _run,
        claims = CASE _how WHEN 'new' THEN 1 ELSE r.claims + 1 END, reconcile = _how = 'reconcile', waited = false,
        lease = _now + ${ms('_lease')}, created = CASE _how WHEN 'new' THEN _now ELSE r.created END, settled = NULL,
        expires = _now + ${ms('(_lease + _ttl)')}, sweep = _now + ${ms('_ttl')},
        outcome = NULL, points = CASE _how WHEN 'new' THEN NULL ELSE r.points END
      WHERE r.scope = _scope AND r.fence = was.fence AND r.state = was.state AND r.lease = was.lease
        AND r.expires = was.expires RETURNING r.* INTO was;
      IF FOUND THEN
        ${grantedText}
      END IF;
    END IF;
    -- Another's commit came in between: it is read again, and what was to be done is decided anew.
    _how := NULL;
    _tries := _tries + 1;
    IF _tries = 20 THEN RETURN NULL; END IF;
  END LOOP;`,
  )

/**
 * What an open transaction wrote is there only when it has ended: where the record does not settle it, the
 * lock is tried and then the record read once more. Under a snapshot of the whole transaction that must be
 * another statement: `_last`.
 */
const look = (table: Table) =>
  func(
    table.call('look'),
    '_scope text, _last boolean',
    `_now timestamptz := statement_timestamp();
  was ${table.name}%ROWTYPE;`,
    `  SELECT r.* INTO was FROM ${table.name} AS r WHERE r.scope = _scope;
  IF (was.state = 'completed' AND _now < was.expires) OR (was.state = 'running' AND _now < was.lease) THEN
    ${seen('seen')}
  END IF;
  IF NOT ${tryShared(table)} THEN
    ${seen('taken')}
  END IF;
  IF NOT _last AND current_setting('transaction_isolation') <> 'read committed' THEN RETURN NULL; END IF;
  SELECT r.* INTO was FROM ${table.name} AS r WHERE r.scope = _scope;
  ${seen('seen')}`,
  )
