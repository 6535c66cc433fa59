/**
 * Idempotency record: what a store remembers of one key, and every step it may take.
 *
 * A lease that is the same as the time to live, a completion that does not look who holds the key, an
 * ended lease that runs the work again: each of these let a payment happen twice in a library of the
 * field. So the steps are written once, here, as functions of (record, command, the store's time). The
 * memory and SQLite stores run them as they stand, Redis and Postgres say the same in their own
 * language, one conformance suite holds all of them to it, and a scheduler explores every interleaving.
 *
 * A fence grows with every claim of a key, also after its record ran out: it is the store's time in µs,
 * or one more than the last. All other times are ms of the store's own clock, never of a caller's.
 *
 * @module
 */

/**
 * How an operation is kept from taking effect twice.
 *
 * - `transaction`: claim, effect and result are one commit of the caller's own database
 * - `derived-key`: each finished step is recorded; foreign calls get a key derived from scope and step
 * - `at-most-once`: what ended in the dark is unknown, and never run again by itself
 */
export type Mode = 'transaction' | 'derived-key' | 'at-most-once'

/** What is remembered of one key. Plain data: a store may keep it as JSON, columns or a hash. */
export interface IdempotencyRecord {
  /** Of the payload; `''` where nothing was applied and another payload may come. */
  readonly fingerprint: string
  /** The mode of whoever claimed it last: it decides what an ended lease means. */
  readonly mode: Mode
  /** `free`: claimed before, and given back. */
  readonly state: 'running' | 'completed' | 'unknown' | 'free'
  readonly fence: number
  /** Who holds it: a claim that is repeated because its answer was lost finds itself. */
  readonly run: string
  /** How often it was claimed. */
  readonly claims: number
  /** Claimed to find out what the run before did; whoever asks again must still do so. */
  readonly reconcile: boolean
  /** When the lease ends, ms. */
  readonly lease: number
  readonly created: number
  /** When it was completed, ms; 0 until then. */
  readonly settled: number
  /** From then on it is forgotten, ms. */
  readonly expires: number
  /** Results of finished steps, as text. */
  readonly points: Readonly<Record<string, string>>
  /** How the work ended, as text; `''` until then. */
  readonly outcome: string
}

/** Asks for the right to run. */
export interface Claim {
  readonly fingerprint: string
  readonly mode: Mode
  /** Random, one for each execution. */
  readonly run: string
  /** ms. */
  readonly lease: number
  /** ms. */
  readonly ttl: number
  /** How old the key is, ms, where its caller says so. */
  readonly age?: number | undefined
  /** When the key was made, epoch ms, where the key itself says so. */
  readonly born?: number | undefined
  /** Can the caller find out whether an unknown run took effect? Then it is given the right to do so. */
  readonly reconcile: boolean
}

/** What a claim, or a look at the record, finds. */
export type Found =
  | { readonly is: 'absent' }
  | { readonly is: 'expired' }
  | { readonly is: 'mismatch' }
  | { readonly is: 'free' }
  /** `left`: ms until its lease ends. */
  | { readonly is: 'running'; readonly fence: number; readonly left: number; readonly created: number }
  | { readonly is: 'unknown'; readonly created: number }
  | {
      readonly is: 'completed'
      readonly fence: number
      readonly run: string
      readonly outcome: string
      readonly created: number
      readonly settled: number
      readonly expires: number
      /** The store's time of this answer. */
      readonly now: number
    }

/** The right to run, or to reconcile first. */
export interface Granted {
  readonly is: 'granted'
  readonly fence: number
  readonly points: Readonly<Record<string, string>>
  readonly created: number
  /** Another run held it before: it ended in the dark, or gave it back. */
  readonly takeover: boolean
  /** Nobody knows whether the run before took effect: find out before anything is done. */
  readonly reconcile: boolean
}

/** The answer to a claim. */
export type Begun = Granted | Exclude<Found, { readonly is: 'absent' } | { readonly is: 'free' }>

/** The answer to a command that only the holder may give: done, or what the record is now. */
export type Held = { readonly is: 'kept' } | { readonly is: 'lost'; readonly found: Found }

/** A step: the record after it (the same object: nothing to write) and the answer. */
export interface Step<Answer> {
  readonly record: IdempotencyRecord | undefined
  readonly answer: Answer
}

/** What becomes of a claim that did not complete. */
export type Abandoned =
  /** Runs again with its finished steps. */
  | 'free'
  /** Nothing was applied: as if it had never begun, with any payload. */
  | 'forget'
  /** It may have been applied. */
  | 'unknown'

const KEPT: Held = Object.freeze({ is: 'kept' })

/** A fence for a claim at `now`: greater than `previous`, and than all that the key ever had. */
export function fenceAfter(previous: number, now: number): number {
  return Math.max(previous + 1, Math.floor(now * 1_000))
}

/** Is the record still to be reckoned with? How long is counted from its end, be it a result or a lease in the dark. */
function isRemembered(record: IdempotencyRecord | undefined, now: number): record is IdempotencyRecord {
  return record !== undefined && now < record.expires
}

/** Did it end in the dark, with nobody who may repeat it? */
function isUnknown(record: IdempotencyRecord, now: number): boolean {
  if (record.state === 'unknown') return true
  return record.state === 'running' && record.mode === 'at-most-once' && now >= record.lease
}

/**
 * The right to run, or why not.
 *
 * A key that is older than the time to live and has no record may have run and been forgotten: it is
 * `expired`, never run as new.
 */
export function begin(held: IdempotencyRecord | undefined, claim: Claim, now: number): Step<Begun> {
  if (!isRemembered(held, now)) {
    const age = claim.age ?? (claim.born === undefined ? 0 : now - claim.born)
    if (age > claim.ttl) return { record: held, answer: { is: 'expired' } }
    return grant(held, claim, now, false, false)
  }
  if (held.fingerprint !== '' && held.fingerprint !== claim.fingerprint) {
    return { record: held, answer: { is: 'mismatch' } }
  }
  if (held.state === 'free') return grant(held, claim, now, true, false)
  if (held.state === 'running' && held.run === claim.run) return again(held, claim, now)
  const found = look(held, now)
  if (found.is === 'unknown' && claim.reconcile) return grant(held, claim, now, true, true)
  if (found.is === 'running' && found.left === 0) return grant(held, claim, now, true, false)
  return { record: held, answer: found as Begun }
}

/** @param goesOn what the record says of the runs before still counts */
function grant(
  held: IdempotencyRecord | undefined,
  claim: Claim,
  now: number,
  goesOn: boolean,
  reconcile: boolean,
): Step<Granted> {
  const created = goesOn && held ? held.created : now
  const lease = now + claim.lease
  const record: IdempotencyRecord = {
    fingerprint: claim.fingerprint,
    // What became unknown stays so for the next one, should this one end in the dark as well.
    mode: reconcile ? 'at-most-once' : claim.mode,
    state: 'running',
    fence: fenceAfter(held?.fence ?? 0, now),
    run: claim.run,
    claims: goesOn && held ? held.claims + 1 : 1,
    reconcile,
    lease,
    created,
    settled: 0,
    expires: lease + claim.ttl,
    points: goesOn && held ? held.points : {},
    outcome: '',
  }
  return { record, answer: granted(record) }
}

/** The same execution asks again: its first answer was lost. */
function again(held: IdempotencyRecord, claim: Claim, now: number): Step<Granted> {
  const record = prolonged(held, now + claim.lease)
  return { record, answer: granted(record) }
}

function granted({ fence, points, created, claims, reconcile }: IdempotencyRecord): Granted {
  return { is: 'granted', fence, points, created, takeover: claims > 1, reconcile }
}

/** With a lease that ends no sooner than `until`; how it ended is remembered for as long after it as before. */
function prolonged(held: IdempotencyRecord, until: number): IdempotencyRecord {
  const lease = Math.max(held.lease, until)
  return { ...held, lease, expires: held.expires + lease - held.lease }
}

/** What the record says, without touching it. */
export function look(held: IdempotencyRecord | undefined, now: number): Found {
  if (!isRemembered(held, now)) return { is: 'absent' }
  const { fence, run, outcome, created, settled, expires } = held
  if (held.state === 'completed') return { is: 'completed', fence, run, outcome, created, settled, expires, now }
  if (held.state === 'free') return { is: 'free' }
  if (isUnknown(held, now)) return { is: 'unknown', created }
  return { is: 'running', fence, left: Math.max(0, held.lease - now), created }
}

/** May whoever has this fence still speak for the key? Also past its lease, as long as nobody took over. */
function holds(held: IdempotencyRecord | undefined, fence: number): held is IdempotencyRecord {
  return held !== undefined && held.state === 'running' && held.fence === fence
}

/** Heartbeat: the lease ends `lease` ms from now. */
export function renew(
  held: IdempotencyRecord | undefined,
  { fence, lease: ms }: { readonly fence: number; readonly lease: number },
  now: number,
): Step<Held> {
  if (!holds(held, fence)) return lost(held, now)
  return { record: prolonged(held, now + ms), answer: KEPT }
}

/** Recovery point: a step is finished. It renews the lease as well. */
export function note(
  held: IdempotencyRecord | undefined,
  step: { readonly fence: number; readonly lease: number; readonly name: string; readonly result: string },
  now: number,
): Step<Held> {
  if (!holds(held, step.fence)) return lost(held, now)
  const points = { ...held.points, [step.name]: step.result }
  return { record: { ...prolonged(held, now + step.lease), points }, answer: KEPT }
}

/** The work is done. To say so twice is no loss: the first answer may have got lost. */
export function complete(
  held: IdempotencyRecord | undefined,
  { fence, outcome, ttl }: { readonly fence: number; readonly outcome: string; readonly ttl: number },
  now: number,
): Step<Held> {
  if (held !== undefined && held.state === 'completed' && held.fence === fence) return { record: held, answer: KEPT }
  if (!holds(held, fence)) return lost(held, now)
  const record = { ...held, state: 'completed', points: {}, outcome, settled: now, expires: now + ttl } as const
  return { record, answer: KEPT }
}

/** The work is not done: by whom and how it may be repeated. */
export function abandon(
  held: IdempotencyRecord | undefined,
  { fence, as }: { readonly fence: number; readonly as: Abandoned },
  now: number,
): Step<Held> {
  if (!holds(held, fence)) return lost(held, now)
  if (as === 'unknown') return { record: { ...held, state: 'unknown', run: '' }, answer: KEPT }
  const free = { ...held, state: 'free', run: '' } as const
  return { record: as === 'forget' ? { ...free, fingerprint: '', points: {} } : free, answer: KEPT }
}

function lost(held: IdempotencyRecord | undefined, now: number): Step<Held> {
  return { record: held, answer: { is: 'lost', found: look(held, now) } }
}
