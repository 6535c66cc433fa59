/**
 * Outcomes: how attempts end, each a small number, and what a client makes of it.
 *
 * @module
 */
import { type Failure, PERMANENT, TRANSIENT } from 'truce/policy'

export const OK = 0
/** Never answered: the caller hears nothing until its time is up. */
export const SILENT = 1
/** No connection: nobody was there. */
export const REFUSED = 2
/** 503 at once: the waiting room is full. */
export const FULL = 3
/** 429 or its like: more than it takes. */
export const REJECTED = 4
/** What it calls itself failed. */
export const BELOW_FAILED = 5
/** The same, and told that a repeat is pointless. */
export const BELOW_EXHAUSTED = 6
/** The caller's own: its time was up; no connection came free in the pool. */
export const TIMED_OUT = 7
export const NO_CONNECTION = 8
const FIRST_ERROR = 9

const CLASSES = [...TRANSIENT, ...PERMANENT]
const ERRORS: ReadonlyMap<Failure['class'], number> = new Map(CLASSES.map((each, i) => [each, FIRST_ERROR + i]))

/** The outcome of an answer with a failure of this class. */
export const errorOf = (failureClass: Failure['class']): number => ERRORS.get(failureClass) as number

const answered = (failureClass: Failure['class'], certainty: Failure['certainty']): Failure =>
  Object.freeze({ class: failureClass, certainty, answered: true })
const unanswered = (failureClass: Failure['class'], certainty: Failure['certainty']): Failure =>
  Object.freeze({ class: failureClass, certainty, answered: false })

/** By outcome; `undefined` is a success. As the guard's classifiers judge the same over HTTP. */
export const FAILURES: readonly (Failure | undefined)[] = Object.freeze([
  undefined,
  unanswered('timeout', 'unknown'),
  unanswered('unavailable', 'not-applied'),
  answered('unavailable', 'unknown'),
  answered('overloaded', 'not-applied'),
  answered('unavailable', 'unknown'),
  answered('exhausted', 'unknown'),
  unanswered('timeout', 'unknown'),
  unanswered('overloaded', 'not-applied'),
  ...CLASSES.map((each) => answered(each, each === 'overloaded' ? 'not-applied' : 'unknown')),
])
