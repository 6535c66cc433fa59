/**
 * Answers: the six questions that have to be answered before an operation may be repeated, from the documents.
 *
 * Retries are added because something failed once, by whoever was there. What nobody asked then is asked in the
 * incident: was it safe, who else repeats, what happens at the end, does anybody see it. An answer that no document
 * gives is open, and is said to be.
 *
 * @module
 */
import { TRANSIENT } from 'truce/policy'
import { percent, span } from '../check/words.js'
import type { Operation } from '../document/model.js'
import type { Called } from '../graph/graph.js'

/** An answer; `ok: false`: open, or one that does not hold. */
export interface Answer {
  readonly ok: boolean
  /** One or two sentences. */
  readonly text: string
}

/** In the order in which they are asked. */
export const QUESTIONS = {
  transient: 'Is the failure transient?',
  safe: 'Is it safe to repeat?',
  owner: 'Who owns the retry?',
  policy: 'What is the policy?',
  exhausted: 'What happens when it ends?',
  observed: 'Can it be observed?',
} as const

export type Question = keyof typeof QUESTIONS

/** One called operation. */
export interface Asked extends Called {
  /** How long its key is repeated at most, along the chain that it is derived on, ms; `undefined`: it sends none. */
  readonly window: number | undefined
}

const isTransient = (failure: string) => (TRANSIENT as readonly string[]).includes(failure)

const yes = (text: string): Answer => ({ ok: true, text })
const open = (text: string): Answer => ({ ok: false, text })

export const ANSWERS: Readonly<Record<Question, (asked: Asked) => Answer>> = {
  transient({ contract, depended, operation, counts }) {
    if (counts.own === 1) {
      const others = foreignOf(depended).map(({ name }) => name)
      if (others.length > 0) return open(`After what ${list(others)} repeats it, no document says.`)
      return yes('It is attempted once: no failure is repeated.')
    }
    const permanent = operation.retryOn.filter((failure) => !isTransient(failure))
    if (permanent.length > 0) {
      return open(`It repeats after ${list(permanent)}, which the next attempt meets again: take that out of retryOn.`)
    }
    const said = contract.written([...operation.path, 'retryOn'])
    return yes(`${said ? 'After' : 'By default after'} ${list(operation.retryOn)}; every other failure is final.`)
  },

  safe(asked) {
    const { operation, counts } = asked
    if (operation.effect === 'read') return yes('It is a read.')
    const { idempotency, risk } = operation
    if (idempotency?.kind === 'natural') return yes('Its write has the same effect however often it is made.')
    if (idempotency) return keyed(asked)
    if (counts.own * counts.foreign === 1) return yes('It is a write without a key, and is attempted once.')
    if (risk === 'low') return yes('It is a write without a key whose duplicates are said to be tolerable (risk: low).')
    return open(
      'It is a write without a key: after an answer that was lost nobody knows whether a repeat takes effect twice. Give it a key, or say idempotency: natural.',
    )
  },

  owner({ contract, depended, operation, counts }) {
    const foreign = foreignOf(depended)
    if (counts.repeaters.length > 1) {
      const names = list(foreign.map(({ name, attempts }) => `${name} (${attempts} attempts)`))
      return open(`Nobody alone: below ${contract.service}, ${names} repeats it too. Switch all but one off.`)
    }
    if (foreign.length > 0) return yes(`${list(foreign.map(({ name }) => name))}: the guard makes one attempt.`)
    const { owner } = operation
    if (typeof owner === 'object')
      return yes(`${owner.transient} what is transient, ${owner.business} what is business.`)
    return yes(owner === undefined ? `${contract.service}, as the lowest layer with a guard.` : `${owner}.`)
  },

  policy(asked) {
    const { operation, counts } = asked
    const { attemptTimeout, deadline } = operation
    const missing = missingIn(asked)
    const times = Number.isFinite(attemptTimeout) ? ` of up to ${span(attemptTimeout)}` : ''
    const text = `${countOf(counts)}${times} within ${limit(deadline)}${waits(asked)}${extra(asked)}.`
    return missing.length === 0 ? yes(text) : open(`${text} Missing: ${list(missing)}.`)
  },

  exhausted({ depended, operation, counts }) {
    const { exhausted, effect, risk } = operation
    if (depended.broker !== undefined && exhausted?.kind !== 'dead-letter') {
      return open('Its messages do not end in dead-letter: one that can never be handled comes back for ever.')
    }
    if (!exhausted) {
      return counts.own === 1 ? yes('Its only failure goes to the caller.') : open('Nothing is said: add exhausted.')
    }
    if (effect === 'write' && risk === 'high' && (exhausted.kind === 'cached' || exhausted.kind === 'fallback')) {
      return open('Something else answers for a write whose effect is missing, or unknown: say pending, or fail.')
    }
    if (exhausted.kind !== 'cached') return yes(ENDS[exhausted.kind])
    if (exhausted.maxAge === undefined) return open('A cached answer of any age is given: add maxAge.')
    if (!exhausted.key) return open('A cached answer is given, and nothing tells whose it is: add key.')
    return yes(`An answer of at most ${span(exhausted.maxAge)} is given from the cache, by ${list(exhausted.key)}.`)
  },

  observed({ contract, depended, operation }) {
    const hidden = foreignOf(depended)
    const labels = `service=${contract.service}, dependency=${depended.name}, operation=${operation.name}`
    const counted = `Every attempt is counted (attempts_total, ${labels})`
    if (hidden.length > 0)
      return open(`${counted}, but not those that ${list(hidden.map(({ name }) => name))} makes below it.`)
    return yes(`${counted}${depended.peer ? `, and ${depended.name} hears which attempt it is` : ''}.`)
  },
}

/** A key is worth what the other side makes of it. */
function keyed({ window = Number.POSITIVE_INFINITY, operation, to }: Asked): Answer {
  const served = to?.served
  const said = `Each repeat carries ${keyOf(operation)}, for ${limit(window)}`
  if (!served) return yes(`${said}; whether ${operation.dependency} honours it, its document has to say.`)
  const { idempotency } = served
  if (idempotency?.kind === 'natural') return yes(`${said}; ${operation.dependency} needs none.`)
  if (!idempotency) return open(`${said}, but ${operation.dependency} takes no key: a repeat takes effect twice.`)
  const { ttl } = idempotency
  if (ttl === undefined) return open(`${said}; how long ${operation.dependency} remembers it is not said: add its ttl.`)
  const remembered = `${operation.dependency} remembers it for ${span(ttl)}`
  if (ttl < window) return open(`${said}, but ${remembered}: too short.`)
  const works = Number.isFinite(served.deadline) ? served.deadline : 0
  if (ttl < window + works) {
    return open(`${said}, but ${remembered} and itself works for up to ${span(works)}: too short.`)
  }
  return yes(`${said}; ${remembered}.`)
}

const foreignOf = ({ layers }: Called['depended']) => layers.filter(({ attempts }) => attempts > 1)

const keyOf = ({ idempotency }: Operation) =>
  idempotency?.kind === 'key' && idempotency.key !== undefined ? `the key ${idempotency.key}` : 'a key that code gives'

const ENDS = {
  fail: "The caller gets the dependency's own error.",
  fallback: 'A fallback that code registers answers instead.',
  pending: 'The caller is told that it is accepted, not confirmed; the outbox goes on.',
  'dead-letter': 'It goes to the dead letters, for a person to decide.',
} as const

function missingIn({ depended, operation, counts }: Asked): string[] {
  const { backoff, attemptTimeout, deadline } = operation
  if (counts.own === 1) return Number.isFinite(attemptTimeout) ? [] : ['an attemptTimeout']
  return [
    Number.isFinite(attemptTimeout) || 'an attemptTimeout',
    Number.isFinite(deadline) || 'a deadline',
    backoff !== 'none' || 'a backoff',
    backoff === 'none' || backoff.jitter !== 'none' || 'jitter',
    depended.budget !== 'none' || 'a budget',
    depended.governor !== 'none' || 'the governor',
  ].filter((each) => typeof each === 'string')
}

function countOf({ own, unbounded }: Asked['counts']): string {
  if (unbounded) return 'As many attempts as fit'
  return own === 1 ? 'One attempt' : `${own} attempts`
}

function waits({ operation, counts }: Asked): string {
  const { backoff } = operation
  if (counts.own === 1) return ''
  if (backoff === 'none') return ', one right after the other'
  const { initial, factor, max, jitter } = backoff
  return `, waits of ${span(initial)} × ${factor} up to ${span(max)} with ${jitter === 'none' ? 'no' : jitter} jitter`
}

function extra({ depended, operation, counts }: Asked): string {
  const { budget, mode } = depended
  const watched = mode === 'observe' || operation.mode === 'observe' ? '; only observed, not enforced' : ''
  if (counts.own === 1 || budget === 'none') return watched
  return `, retries at most ${percent(budget.ratio)} of originals${watched}`
}

const limit = (ms: number) => (Number.isFinite(ms) ? span(ms) : 'as long as it likes')

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
