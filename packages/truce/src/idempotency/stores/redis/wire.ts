/**
 * Wire: what the scripts are told and what they answer, as text.
 *
 * Numbers go as whole microseconds: Redis turns a script's number into an integer, and half a millisecond
 * more or less is a lease that two workers hold.
 *
 * @module
 */
import type { Begun, Claim, Found, Granted, Held, Mode } from '../../../policy/idempotency/record.js'
import { isWellFormed } from '../../well-formed.js'
import type { Abandonment, Completion, Heartbeat, RecoveryPoint } from '../../store.js'

const MODES: Readonly<Record<Mode, string>> = { transaction: 't', 'derived-key': 'd', 'at-most-once': 'a' }

/** Where the fields of a record stand in an answer, after its letter and the time. */
const RECORD = 17
const FENCE = RECORD + 17
const CREATED = FENCE + 16
const SETTLED = CREATED + 16
const HEAD = SETTLED + 16

export function claimArgs(claim: Claim): string[] {
  const { lease, ttl, reconcile, mode } = claim
  const body = `${word(claim.fingerprint)} ${word(claim.run)}\n${MODES[mode]}--1\n\n`
  return [body, `${micros(lease)} ${micros(ttl)} ${latestStart(claim)} ${reconcile ? '?' : ''}`]
}

/** The last moment at which a key without a record may run, by the store's clock, µs; `''` where there is none. */
function latestStart({ age, born, ttl }: Claim): string {
  if (age !== undefined) return age > ttl ? '-1' : ''
  return born === undefined ? '' : micros(born + ttl)
}

export function renewArgs({ fence, lease }: Heartbeat): string[] {
  return [fenceText(fence), micros(lease)]
}

export function noteArgs({ fence, lease, name, result }: RecoveryPoint): string[] {
  return [
    fenceText(fence),
    micros(lease),
    `${JSON.stringify([name]).slice(0, -1)},`,
    `${JSON.stringify([name, result])}\n`,
  ]
}

export function completeArgs({ fence, ttl, outcome }: Completion): string[] {
  return [fenceText(fence), micros(ttl), isWellFormed(outcome) ? `=${outcome}` : `j${JSON.stringify(outcome)}`]
}

export function abandonArgs({ fence, as }: Abandonment): string[] {
  return [fenceText(fence), as === 'unknown' ? 'u' : 'f', as]
}

export function begun(answer: unknown): Begun {
  if (typeof answer === 'number') {
    return { is: 'granted', fence: answer, points: {}, created: answer / 1_000, takeover: false, reconcile: false }
  }
  const text = String(answer)
  switch (text[0]) {
    case 'g':
      return granted(text)
    case 'm':
      return { is: 'mismatch' }
    case 'e':
      return { is: 'expired' }
    default:
      return found(text) as Begun
  }
}

const KEPT: Held = Object.freeze({ is: 'kept' })

export function held(answer: unknown): Held {
  return answer === 1 ? KEPT : { is: 'lost', found: found(answer) }
}

export function found(answer: unknown): Found {
  const text = String(answer)
  switch (text[0]) {
    case 'c':
      return completed(text)
    case 'r': {
      const left = Math.max(0, time(text, SETTLED) - time(text, 1))
      return { is: 'running', fence: number(text, FENCE), left, created: time(text, CREATED) }
    }
    case 'u':
      return { is: 'unknown', created: time(text, CREATED) }
    case 'f':
      return { is: 'free' }
    case 'a':
      return { is: 'absent' }
    default:
      throw new TypeError(
        `Redis answered ${text.slice(0, 100)}: is its key used by something else? Give redis() a prefix.`,
      )
  }
}

function completed(text: string): Found {
  const line = text.indexOf('\n', HEAD)
  const outcome = text.slice(line + 2)
  return {
    is: 'completed',
    fence: number(text, FENCE),
    run: wordIn(text.slice(text.indexOf(' ', HEAD) + 1, line)),
    outcome: text[line + 1] === '=' ? outcome : (JSON.parse(outcome) as string),
    created: time(text, CREATED),
    settled: time(text, SETTLED),
    expires: time(text, RECORD + 1),
    now: time(text, 1),
  }
}

function granted(text: string): Granted {
  const line = text.indexOf('\n', HEAD)
  const waiters = text.indexOf('\n', line + 1)
  const steps = text.slice(text.indexOf('\n', waiters + 1) + 1)
  const points = steps
    .split('\n', steps === '' ? 0 : undefined)
    .filter((each) => each !== '')
    .map((each) => JSON.parse(each) as [string, string])
  return {
    is: 'granted',
    fence: number(text, FENCE),
    points: Object.fromEntries(points),
    created: time(text, CREATED),
    takeover: text.slice(line + 4, waiters) !== '1',
    reconcile: text[line + 2] === '?',
  }
}

function number(text: string, from: number): number {
  return Number(text.slice(from, from + 16))
}

/** ms */
function time(text: string, from: number): number {
  return number(text, from) / 1_000
}

function micros(ms: number): string {
  return String(Math.round(ms * 1_000))
}

function fenceText(fence: number): string {
  return String(fence).padStart(16, '0')
}

function wordIn(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}

/** Without space or line end: fingerprints and names of runs are as a rule. */
function word(text: string): string {
  return /^[\w:-]*$/.test(text) ? text : encodeURIComponent(text)
}
