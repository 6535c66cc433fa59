import { describe, expect, it, test } from 'vitest'
import { BreakerOpenError, DeadlineError, OptionError } from '../guard/errors.js'
import { dependency } from '../index.js'
import { answerOf, problemOf, problemResponse, toProblem } from './problem.js'
import { DEPENDENCY_FAILED, PROBLEM_OF } from './problem-types.js'
import { deadlinePassed } from './refusals.js'

const refusal = { dependency: 'stock', operation: 'take', stop: 'breaker' } as const

/** What a guard hands up when a dependency has failed so. */
async function handedUp(failure: object): Promise<unknown> {
  const stock = dependency('stock', { budget: 'none' }).operation('take', { effect: 'read', attempts: 1 })
  return stock
    .run(() => Promise.reject(Object.assign(new Error('inner words'), failure)))
    .catch((error: unknown) => error)
}

describe('problems', () => {
  test.each<[string, unknown, number, string]>([
    ['an open breaker', new BreakerOpenError(refusal), 503, 'breaker-open'],
    ['a deadline', new DeadlineError({ ...refusal, stop: 'deadline' }), 504, 'deadline'],
    ['a wrong option', new OptionError('a', 1, 'b'), 500, 'internal'],
  ])('%s', (_, error, status, name) => {
    expect(toProblem(error)).toMatchObject({ status, body: { status, type: `urn:truce:problem:${name}` } })
  })

  test.each<[string, object, string]>([
    ['that refuses connections', { code: 'ECONNREFUSED' }, 'dependency-unavailable'],
    ['that was too slow', { status: 504 }, 'dependency-timeout'],
    ['that has too much to do', { status: 429 }, 'dependency-overloaded'],
    ['that fails', { status: 500 }, 'dependency-failed'],
  ])('a dependency %s', async (_, failure, name) => {
    const problem = toProblem(await handedUp(failure))
    expect(problem?.body.type).toBe(`urn:truce:problem:${name}`)
    expect(JSON.stringify(problem)).not.toContain('inner words')
  })

  it('are none of other errors, nor of permanent failures of a dependency', async () => {
    expect([toProblem(new Error('a bug')), toProblem('text'), toProblem(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(toProblem(await handedUp({ status: 404 }))).toBeUndefined()
    expect(problemResponse(new Error('a bug'))).toBeUndefined()
  })

  it('say when to come back: in whole seconds for all, in ms for those who read the body', async () => {
    const problem = toProblem(new BreakerOpenError({ ...refusal, retryIn: 1_000.4 }))
    expect([problem?.retryAfter, problem?.body.retryIn]).toEqual([2, 1_001])
    expect(toProblem(new BreakerOpenError({ ...refusal, retryIn: Infinity }))?.retryAfter).toBeUndefined()
    const response = problemResponse(new BreakerOpenError({ ...refusal, retryIn: 900 }), { base: 'https://a.example/' })
    expect([response?.status, response?.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await response?.json()).toMatchObject({ type: 'https://a.example/breaker-open', retryIn: 900 })
  })

  it('are answers too', () => {
    const { status, headers, body } = answerOf(deadlinePassed)
    expect([status, headers]).toEqual([504, [['content-type', 'application/problem+json']]])
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual(deadlinePassed.body)
    expect(answerOf(problemOf(PROBLEM_OF.TRUCE_OVERLOADED, 1)).headers).toContainEqual(['retry-after', '1'])
  })

  it('have types of one status and one title each', () => {
    const titles = new Map<string, string>()
    for (const { name, status, title, detail } of [...Object.values(PROBLEM_OF), ...Object.values(DEPENDENCY_FAILED)]) {
      expect(titles.get(name) ?? `${status} ${title}`).toBe(`${status} ${title}`)
      titles.set(name, `${status} ${title}`)
      expect(detail).toMatch(/^[A-Z].*\.$/)
    }
  })
})
