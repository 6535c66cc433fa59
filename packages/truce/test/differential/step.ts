/**
 * Step: how one attempt ends, told once for both sides of the comparison.
 *
 * What the guard's function does is real (a `Response`, a thrown system error); what it means is
 * written out here by hand, so that the guard's classifiers are compared too and not merely trusted.
 *
 * @module
 */
import { classifyHttp } from '../../src/http/index.js'
import { peer } from '../../src/peer/index.js'
import { type Classifier, type Failure, failure } from '../../src/policy/index.js'

export type Ending =
  'ok' | '503' | '503-hint' | '429-hint' | 'slot' | 'slot-host' | '404' | 'refused' | 'lost' | 'unasked' | 'hang'

export interface Step {
  readonly ends: Ending
  /** Whole ms until it ends (and a fraction that is its own, see `instant`), or `SOON`; 0: at once. */
  readonly after: number
  /** Retry-After, s; of a place so many times 170 ms. */
  readonly hint: number
}

/** A fraction of a ms in which whole milliseconds and sums of them are exact. */
const FRACTION = 256
/** What may happen to one call: its arrival, its attempts' answers, its abort. */
const PLACES = 8
/** So many have fractions of their own. */
export const MOST_CALLS = FRACTION / PLACES - 1
/** Within the same ms, but later: `instant` drops it. */
export const SOON = 1 / 1_024
export const ARRIVAL = 0
/** ms. */
const PLACE = 170
export const LEAVING = 7

/**
 * The instant of something scripted: never that of another, nor a whole ms, at which timers ring.
 * So no tie is left to the order in which a clock was asked.
 */
export function instant(ms: number, call: number, place: number): number {
  return Math.floor(ms) + (call * PLACES + place + 1) / FRACTION
}

/** What a failing step means; `undefined` is a success. A hang has no end of its own. */
export function meaning({ ends, hint }: Step): Failure | undefined {
  switch (ends) {
    case 'ok':
    case 'hang':
      return undefined
    case '503':
      return { class: 'unavailable', certainty: 'unknown', answered: true }
    case '503-hint':
      return { class: 'overloaded', certainty: 'unknown', answered: true, retryAfter: hint * 1_000 }
    case '429-hint':
      return { class: 'overloaded', certainty: 'not-applied', answered: true, retryAfter: hint * 1_000 }
    case 'slot':
    case 'slot-host':
      return {
        class: 'overloaded',
        certainty: 'not-applied',
        answered: true,
        retryAfter: hint * PLACE,
        slot: true,
        scope: ends === 'slot' ? 'service' : 'host',
        admission: true,
      }
    case '404':
      return { class: 'not-found', certainty: 'unknown', answered: true }
    case 'refused':
      return { class: 'unavailable', certainty: 'not-applied', answered: false }
    case 'lost':
      return { class: 'internal', certainty: 'unknown', answered: false }
    case 'unasked':
      return { class: 'overloaded', certainty: 'not-applied', answered: true, retry: false }
  }
}

/** No status says "do not retry me": a classifier does. */
export const unasked: Classifier = (result, threw) =>
  threw && (result as Error).message === 'unasked' ? failure('overloaded', 'not-applied', { retry: false }) : undefined

const listens = peer.classifier(classifyHttp)

/** As of a declared peer, which would honour keys too: here that is the operation's to say. */
export const places: Classifier = (result, threw) =>
  result instanceof Response && result.headers.has(peer.answerField) ? listens(result, threw) : undefined

/** Ends as the step says: returns or throws. Fresh objects every time, as a client's would be. */
export function enact({ ends, hint }: Step): unknown {
  switch (ends) {
    case 'ok':
    case 'hang':
      return 'ok'
    case '503':
      return new Response(null, { status: 503 })
    case '503-hint':
      return new Response(null, { status: 503, headers: { 'retry-after': String(hint) } })
    case '429-hint':
      return new Response(null, { status: 429, headers: { 'retry-after': String(hint) } })
    case 'slot':
    case 'slot-host':
      return new Response(null, { status: 503, headers: { 'retry-pushback': refusal(ends, hint) } })
    case '404':
      return new Response(null, { status: 404 })
    case 'refused':
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    case 'lost':
    case 'unasked':
      throw new Error(ends)
  }
}

function refusal(ends: 'slot' | 'slot-host', hint: number): string {
  const scope = ends === 'slot' ? 'service' : 'host'
  return peer.writePushback({ slot: hint * PLACE, applied: false, reason: 'overloaded', scope, load: 1.5 })
}
