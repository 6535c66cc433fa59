/**
 * Problem: what a refusal of Truce is as an answer.
 *
 * An error that reaches the framework becomes a 500, and callers repeat it: after an open breaker, after a key
 * that was used for something else, after an outcome that nobody knows. Here each has its status, a type that
 * clients may compare, a sentence for a person, and a wait where one is known.
 *
 * @see RFC 9457
 * @module
 */
import { explain } from '../guard/explain.js'
import { isTruceError } from '../guard/errors.js'
import type { FailureClass } from '../policy/classify.js'
import type { Answer, AnswerHeaders } from './incoming.js'
import { DEPENDENCY_FAILED, PROBLEM_OF, type ProblemType } from './problem-types.js'

/** An answer that says what is wrong and what to do. */
export interface Problem {
  readonly status: number
  /** Whole seconds until it may be tried again, where that is known. */
  readonly retryAfter: number | undefined
  /** The members of the answer's body (application/problem+json). */
  readonly body: {
    readonly type: string
    readonly title: string
    readonly status: number
    readonly detail: string
    /** ms until it may be tried again: as exact as it is known. */
    readonly retryIn?: number
  }
}

/** Where types are documented elsewhere: `urn:truce:problem:` gives way to it. */
export interface ProblemOptions {
  readonly base?: string | undefined
}

const BASE = 'urn:truce:problem:'

/**
 * What to answer for an error that Truce threw, or that a guard handed up from a dependency.
 *
 * @returns `undefined` for all other errors: they are the application's to answer
 * @example
 * app.onError((error, c) => toProblem(error) ? problemResponse(error) : c.text('Internal Server Error', 500))
 */
export function toProblem(error: unknown, options: ProblemOptions = {}): Problem | undefined {
  const type = typeOf(error)
  return type && problemOf(type, retryInOf(error), options)
}

/** The same as a web-standard answer. @returns `undefined` where it is none of Truce's to answer */
export function problemResponse(error: unknown, options: ProblemOptions = {}): Response | undefined {
  const problem = toProblem(error, options)
  if (problem === undefined) return undefined
  return new Response(JSON.stringify(problem.body), {
    status: problem.status,
    headers: new Headers(headersOf(problem).map(([name, value]): [string, string] => [name, value])),
  })
}

/** @param retryIn ms, as far as is known */
export function problemOf(type: ProblemType, retryIn?: number, { base = BASE }: ProblemOptions = {}): Problem {
  const { name, status, title, detail } = type
  const wait = retryIn === undefined || !Number.isFinite(retryIn) ? undefined : Math.max(0, Math.ceil(retryIn))
  return {
    status,
    retryAfter: wait === undefined ? undefined : Math.ceil(wait / 1_000),
    body: { type: `${base}${name}`, title, status, detail, ...(wait !== undefined && { retryIn: wait }) },
  }
}

const encoder = new TextEncoder()

export function answerOf(problem: Problem): Answer {
  return { status: problem.status, headers: headersOf(problem), body: encoder.encode(JSON.stringify(problem.body)) }
}

function headersOf({ retryAfter }: Problem): AnswerHeaders {
  const type = ['content-type', 'application/problem+json'] as const
  return retryAfter === undefined ? [type] : [type, ['retry-after', String(retryAfter)]]
}

function typeOf(error: unknown): ProblemType | undefined {
  if (isTruceError(error)) return PROBLEM_OF[error.code]
  const explained = explain(error)
  // What is permanent is for the application: a 404 of a dependency may well be a 404 of its own.
  if (explained === undefined || explained.stop === 'permanent' || explained.stop === 'ok') return undefined
  return explained.class === undefined ? undefined : (FAILED[explained.class] ?? DEPENDENCY_FAILED.other)
}

const FAILED: Readonly<Partial<Record<FailureClass, ProblemType>>> = DEPENDENCY_FAILED

/** ms. */
function retryInOf(error: unknown): number | undefined {
  if (isTruceError(error)) return (error as { readonly retryIn?: number }).retryIn
  const { retryAt } = explain(error) ?? {}
  return retryAt === undefined ? undefined : Math.max(0, retryAt - Date.now())
}
