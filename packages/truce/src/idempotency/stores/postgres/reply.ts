/**
 * Reply: what the server's functions answer.
 *
 * One text, whatever it says: what a client makes of numbers, times and names of columns depends on parsers
 * that its user may have replaced for all of the process, and each column costs time.
 *
 * @module
 */
import type { Granted, IdempotencyRecord, Mode } from '../../../policy/idempotency/record.js'
import { fromText } from '../text.js'

/** A row of an answer, by position. */
export type Row = readonly (string | null)[]

/** In place of rows: something was written. */
export const WROTE: readonly Row[] = [[null]]

export type Reply =
  | Granted
  /** Nothing was written: the record as it is, at the server's `now`. `taken`: an open transaction has the key. */
  | { readonly is: 'seen' | 'taken'; readonly now: number; readonly record: IdempotencyRecord | undefined }

/** A claim of a key that was new: its fence, which is the time. @returns undefined where it was not */
export function newIn(rows: readonly Row[]): Granted | undefined {
  const text = rows[0]?.[0]
  if (text === undefined || text === null) return undefined
  const fence = Number(text)
  return { is: 'granted', fence, created: fence / 1_000, takeover: false, reconcile: false, points: {} }
}

/** @returns undefined where another's commit came in between each time */
export function replyIn(rows: readonly Row[], fingerprint = ''): Reply | undefined {
  const [row] = rows
  const text = row?.[0]
  if (text === undefined || text === null) return undefined
  const end = text.indexOf('\n')
  const head = (end < 0 ? text : text.slice(0, end)).split(' ')
  if (head[0] === 'granted') return grantedIn(head, text.slice(end + 1))
  const is = head[0] as 'seen' | 'taken'
  return { is, now: time(head[1]), record: end < 0 ? undefined : recordIn(head, text, end + 1, fingerprint) }
}

function grantedIn(head: readonly string[], points: string): Granted {
  return {
    is: 'granted',
    fence: Number(head[1]),
    created: time(head[2]),
    takeover: head[3] !== '1',
    reconcile: head[4] === 't',
    points: pointsIn(points),
  }
}

/** @param at where its second line begins */
function recordIn(head: readonly string[], text: string, at: number, fingerprint: string): IdempotencyRecord {
  const end = text.indexOf('\n', at)
  return {
    fence: Number(head[2]),
    mode: head[3] as Mode,
    state: head[4] as IdempotencyRecord['state'],
    lease: time(head[5]),
    created: time(head[6]),
    settled: time(head[7]),
    expires: time(head[8]),
    // Whether it is the claim's is all that is asked of it.
    fingerprint: head[9] === 't' ? fingerprint : `not ${fingerprint}`,
    run: fromText(text.slice(at, end)),
    outcome: fromText(text.slice(end + 1)),
    // No answer that is made of a whole record speaks of these.
    claims: 0,
    reconcile: false,
    points: {},
  }
}

/** µs as ms. */
function time(micros: string | undefined): number {
  return Number(micros) / 1_000
}

function pointsIn(json: string): Readonly<Record<string, string>> {
  if (json === '') return {}
  const points = Object.entries(JSON.parse(json) as Record<string, string>)
  return Object.fromEntries(points.map(([name, result]) => [fromText(name), fromText(result)]))
}
