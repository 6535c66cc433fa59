/**
 * Commands: a statement, and what its answer means.
 *
 * A statement that wrote something says so. Where it wrote nothing, its answer is the record as it was
 * read, and the functions of `policy/idempotency/record` say what that means: so all that is not a write is
 * said in one place for all stores. Where they say that there was something to write, another's commit came
 * in between, and the statement is asked again.
 *
 * @module
 */
import {
  abandon,
  begin,
  type Begun,
  type Claim,
  complete,
  type Found,
  type Held,
  type IdempotencyRecord,
  look,
  note,
  renew,
  type Step,
} from '../../../policy/idempotency/record.js'
import type { IdempotencyStore } from '../../store.js'
import { claimValues, newsOf } from './claims.js'
import { type Ask, sqlStateOf, type Value } from './database.js'
import { newIn, replyIn, type Reply, type Row } from './reply.js'
import type { Statement, Statements } from './statements.js'
import { toLine, toText } from '../text.js'

/** Times that a statement is asked; each time too many, another's commit came in between. */
export const TRIES = 20

/** Serialization failure, deadlock: nothing was written. */
const CONFLICTS = new Set(['40001', '40P01'])

/** After so many repeats in a row the next claim is taken for one too, for which a read of two values will do. */
const FEW = 4

/** The record's own commands. */
export type Commands = Pick<IdempotencyStore, 'begin' | 'renew' | 'note' | 'complete' | 'abandon' | 'look' | 'reap'>

export function commandsOf(ask: Ask, statements: Statements): Commands {
  /** @param step what the record that was read would have become */
  function held(
    statement: Statement,
    values: readonly Value[],
    step: (record: IdempotencyRecord | undefined, now: number) => Step<Held>,
  ): Promise<Held> {
    return again(
      async () => ((await ask(statement, values)).length > 0 ? DONE : ask(statements.read, [values[0] ?? ''])),
      (rows) => {
        if (rows === DONE) return KEPT
        const reply = replyIn(rows)
        if (reply === undefined || reply.is === 'granted') return undefined
        const { answer, record } = step(reply.record, reply.now)
        return record === reply.record ? answer : undefined
      },
    )
  }

  const news = newsOf(statements.beginNew)
  /** Repeats in a row: they come one after the other, when a client or a queue sends everything again. */
  let repeats = 0

  return {
    async begin(scope, claim) {
      if (repeats >= FEW) {
        const replayed = begunIn(await ask(statements.replay, [scope, toLine(claim.fingerprint)]), claim)
        if (replayed && replayed.is !== 'granted') return replayed
      }
      const sent = news.next(scope, claim)
      const made = sent && newIn(await ask(sent.statement, sent.values))
      if (made) return made
      const values = claimValues(scope, claim)
      const begun = await again(
        () => ask(statements.begin, values),
        (rows) => begunIn(rows, claim),
      )
      news.met(begun.is)
      repeats = begun.is === 'completed' ? repeats + 1 : 0
      return begun
    },
    renew: (scope, beat) =>
      held(statements.renew, [scope, beat.fence, beat.lease], (record, now) => renew(record, beat, now)),
    note(scope, point) {
      const values = [scope, point.fence, point.lease, toText(point.name), toText(point.result)]
      return held(statements.note, values, (record, now) => note(record, point, now))
    },
    async complete(scope, completion) {
      const { fence, ttl } = completion
      const outcome = toText(completion.outcome)
      const statement = statements.complete(ttl)
      if (statement && (await ask(statement, [scope, fence, outcome])).length > 0) return KEPT
      const values = [scope, fence, outcome, ttl]
      return held(statements.completeAndTell, values, (record, now) => complete(record, completion, now))
    },
    abandon: (scope, end) =>
      held(statements.abandon, [scope, end.fence, end.as], (record, now) => abandon(record, end, now)),
    look(scope) {
      let last = false
      return again(
        () => ask(statements.look, [scope, last]),
        (rows) => {
          last = true
          return foundIn(rows)
        },
      )
    },
    async reap(limit) {
      let reaped = 0
      let met
      do {
        const [row] = await ask(statements.reap, [limit - reaped])
        reaped += Number(row?.[0])
        met = Number(row?.[0]) + Number(row?.[1])
      } while (met > 0 && reaped < limit)
      return reaped
    },
  }
}

/** In place of an answer: the statement did what it says. */
const DONE: readonly Row[] = []
const KEPT: Held = Object.freeze({ is: 'kept' })

/** @returns undefined where another's commit came in between */
export function begunIn(rows: readonly Row[], claim: Claim): Begun | undefined {
  const reply = replyIn(rows, claim.fingerprint)
  if (reply === undefined) return undefined
  if (reply.is === 'granted') return reply
  // The transaction that has the key shows nothing yet; should it stall, it ends with its lease.
  if (reply.is === 'taken') return inHand(reply, claim.lease)
  const { answer } = begin(reply.record, claim, reply.now)
  return answer.is === 'granted' ? undefined : answer
}

function foundIn(rows: readonly Row[]): Found | undefined {
  const reply = replyIn(rows)
  if (reply === undefined || reply.is === 'granted') return undefined
  return reply.is === 'taken' ? inHand(reply, 1) : look(reply.record, reply.now)
}

/** An open transaction has it. */
function inHand({ record, now }: Extract<Reply, { is: 'seen' | 'taken' }>, left: number) {
  return { is: 'running', fence: record?.fence ?? 0, left, created: record?.created ?? now } as const
}

/** @throws where it is always somebody else's turn */
async function again<Answer>(
  ask: () => Promise<readonly Row[]>,
  read: (rows: readonly Row[]) => Answer | undefined,
): Promise<Answer> {
  let conflict: unknown
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const answer = read(await ask())
      if (answer !== undefined) return answer
    } catch (error) {
      if (!isConflict(error)) throw error
      conflict = error
    }
  }
  throw contended(conflict)
}

export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(sqlStateOf(error) ?? '')
}

export function contended(cause?: unknown): Error {
  const message = `The key changed hands ${TRIES} times while it was asked for; ask again`
  return new Error(message, cause === undefined ? undefined : { cause })
}
