/**
 * World: all that the explorer's moves change. Plain data; a move makes a new one.
 *
 * The store has one clock, the workers another that goes equally fast and shows something else: an engine
 * that takes one for the other is found out. A stalled worker is one that is not moved.
 *
 * @module
 */
import type { Abandoned, Claim, Granted, Held, IdempotencyRecord } from '../../../src/policy/idempotency/record.js'
import type { Run, RunAction, RunEvent } from '../../../src/policy/idempotency/run.js'
import type { Budget, Scenario } from './scenario.js'
import type { Steps } from './steps.js'

export interface World {
  readonly setting: Setting
  /** The store's clock, ms. */
  now: number
  /** One for each key. */
  records: readonly (IdempotencyRecord | undefined)[]
  /** The transaction that holds the key's lock. */
  session: Session | undefined
  /** Commands whose senders have given them up. */
  late: readonly Late[]
  workers: Worker[]
  /** Who has taken effect, in order. */
  effects: readonly string[]
  /** One of them was by a run whose signal was aborted, or was due to be. */
  zombie: boolean
  /** Of the writes and looks that the effect's place has seen. */
  effectFence: number
  /** Foreign calls of named steps: by whom they were made first. */
  called: readonly (string | undefined)[]
  /** What callers were told that the result is. */
  result: string | undefined
  /** The last fence that was granted, and to whom. */
  fence: number
  fenced: string
  left: Left
  /** An invariant that a move broke. */
  broken: string | undefined
}

export interface Setting {
  readonly scenario: Scenario
  readonly steps: Steps
  /** By payload. */
  readonly identities: readonly Identity[]
}

export interface Identity {
  readonly wish: string
  /** Which record. */
  readonly place: number
  readonly fingerprint: string
}

export type Left = Record<keyof Omit<Budget, 'beats'>, number>

/** A claim that is not committed. `dead`: nobody is at its other end. `committing`: its commit is under way. */
export interface Session {
  readonly by: string
  readonly place: number
  readonly record: IdempotencyRecord
  readonly effect: boolean
  readonly state: 'open' | 'dead' | 'committing'
  readonly outcome: string
}

export type Command =
  | { readonly do: 'begin'; readonly claim: Claim }
  | { readonly do: 'renew'; readonly fence: number }
  | { readonly do: 'note'; readonly fence: number; readonly name: string }
  | { readonly do: 'complete'; readonly fence: number; readonly outcome: string }
  | { readonly do: 'abandon'; readonly fence: number; readonly as: Abandoned }

export interface Late {
  readonly by: string
  readonly place: number
  readonly command: Command
}

export interface Worker {
  readonly name: string
  state: 'idle' | 'up' | 'over' | 'crashed'
  /** Which payload it was called with. */
  payload: number
  run: Run | undefined
  /** What the engine is to do and has not done. */
  doing: RunAction
  /** The answer to what it did, on its way. */
  inbox: RunEvent | undefined
  handler: Handler | undefined
  /** A heartbeat's answer, on its way. */
  beat: { readonly sent: number; readonly answer: Held } | undefined
  beats: number
  /** A pause or a wait is over at, local ms. */
  until: number
  /** The record has changed since it began to wait. */
  changed: boolean
  /** The timer at its lease's end has fired. */
  timed: boolean
  /** What its complete says. */
  outcome: string
  /** It began, and nobody has found out yet that it did nothing. */
  dark: boolean
  /** Its caller was told that nothing was done. */
  denied: boolean
}

export interface Handler {
  readonly work: 'handle' | 'hook'
  readonly granted: Granted | undefined
  /** How many of its steps are finished. */
  readonly at: number
  /** The step is called and not noted. */
  readonly called: boolean
  /** What the store said to the note, on its way. */
  readonly noted: { readonly sent: number; readonly answer: Held | undefined } | undefined
  /** It has changed something. */
  readonly touched: boolean
  /** The hook's answer, on its way. */
  readonly verdict: 'applied' | 'not-applied' | 'unknown' | undefined
  /** It was told to stop. */
  readonly aborted: boolean
}

export const IDLE: RunAction = Object.freeze({ do: 'nothing' })

/** Local clocks show something else than the store's. */
const LOCAL = 5_000

export function local(world: World): number {
  return world.now + LOCAL
}

/** One letter each, and no other text has them: states are compared whoever plays which part. */
const NAMES = 'ÀÁÂÃÄ'

export function nameOf(index: number): string {
  return NAMES.charAt(index)
}

/** As people read it. */
export function readable(text: string): string {
  return text.replace(/[À-Ä]/g, (name) => 'ABCDE'.charAt(NAMES.indexOf(name)))
}

export function newWorld(scenario: Scenario, steps: Steps): World {
  const keys = [...new Set(scenario.payloads.map(({ value }) => steps.key(value)))]
  const identities = scenario.payloads.map(({ wish, value }) => {
    return { wish, place: keys.indexOf(steps.key(value)), fingerprint: steps.fingerprint(value) }
  })
  const { crashes, time, faults, upsets, partings } = scenario.budget
  return {
    setting: { scenario, steps, identities },
    now: 100,
    records: keys.map(() => undefined),
    session: undefined,
    late: [],
    workers: Array.from({ length: scenario.calls }, (_, index) => idle(nameOf(index), scenario)),
    effects: [],
    zombie: false,
    effectFence: 0,
    called: Array.from({ length: scenario.steps }, () => undefined),
    result: undefined,
    fence: 0,
    fenced: '',
    left: { crashes, time, faults, upsets, partings },
    broken: undefined,
  }
}

function idle(name: string, { budget }: Scenario): Worker {
  return {
    name,
    state: 'idle',
    payload: 0,
    run: undefined,
    doing: IDLE,
    inbox: undefined,
    handler: undefined,
    beat: undefined,
    beats: budget.beats,
    until: 0,
    changed: false,
    timed: false,
    outcome: '',
    dark: false,
    denied: false,
  }
}

/** A copy to change; its workers are copied by `own`. */
export function draftOf(world: World): World {
  return { ...world, left: { ...world.left }, workers: world.workers.slice() }
}

/** The worker of a draft, to change. */
export function own(draft: World, index: number): Worker {
  const copy = { ...(draft.workers.at(index) as Worker) }
  draft.workers[index] = copy
  return copy
}

/** The first that breaks is the one that is told. */
export function breaks(draft: World, invariant: string): void {
  draft.broken ??= invariant
}
