import { describe, expect, it, vi } from 'vitest'
import { type Classifier, dependency, failure, type OperationOptions } from '../index.js'
import { virtualTime } from '../testing/index.js'

const time = virtualTime()
const limits = { budget: 'none', governor: 'none', breaker: 'none', clock: time.clock, random: () => 0.5 } as const
let serial = 0

function outcomeOf(classify: unknown, fn: () => unknown, options: Partial<OperationOptions> = {}) {
  const operation = dependency(`classifiers-${serial++}`, limits).operation('call', {
    effect: 'read',
    attempts: 2,
    classify: classify as Classifier,
    ...options,
  })
  return time.run(operation.outcome(fn))
}
const fail = () => {
  throw new Error('down')
}

describe('classifiers of the user', () => {
  it('the first to answer wins; undefined passes on to the dependency’s, then to the built-in rules', async () => {
    const asked: string[] = []
    const pass = (name: string) => () => void asked.push(name)
    const operation = dependency(`classifiers-${serial++}`, { ...limits, classify: pass('dependency') }).operation(
      'call',
      {
        effect: 'read',
        attempts: 1,
        classify: [pass('first'), pass('second')],
      },
    )
    expect(await operation.outcome(() => new Response(null, { status: 503 }))).toMatchObject({ class: 'unavailable' })
    expect(asked).toEqual(['first', 'second', 'dependency'])
  })

  it('a class alone is enough; ok makes an error a success, whose value is the error', async () => {
    expect(await outcomeOf(() => 'not-found', fail)).toMatchObject({
      class: 'not-found',
      stop: 'permanent',
      attempts: 1,
    })
    expect(await outcomeOf(() => 'ok', fail)).toMatchObject({ ok: true, value: new Error('down'), attempts: 1 })
  })

  it('a value can be a failure', async () => {
    const empty: Classifier = (result, threw) => (!threw && result === null ? 'unavailable' : undefined)
    expect(await outcomeOf(empty, () => null)).toMatchObject({ ok: false, value: null, error: undefined, attempts: 2 })
  })

  it('one that throws passes on: its bug does not lose the answer', async () => {
    const broken = vi.fn<() => unknown>(() => {
      throw new Error('bug')
    })
    expect(await outcomeOf(broken, () => 'answer')).toMatchObject({ ok: true, value: 'answer' })
    expect(await outcomeOf(broken, fail)).toMatchObject({ class: 'internal', attempts: 2 })
    expect(broken).toHaveBeenCalledTimes(3)
  })

  it.each([
    ['a misspelt class', 'time-out'],
    ['null', null],
    ['a number', 3],
    ['true', true],
    ['a promise', Promise.resolve('timeout')],
    ['an empty object', {}],
    ['a wrong class', { class: 'oops' }],
  ])('one that answers %s passes on', async (_, rubbish) => {
    expect(await outcomeOf(() => rubbish, fail)).toMatchObject({ class: 'internal', attempts: 2 })
    expect(
      (
        await outcomeOf(
          () => rubbish,
          () => 1,
        )
      ).ok,
    ).toBe(true)
  })

  it('what an answer leaves out is taken for the careful case: a write is not repeated', async () => {
    for (const verdict of [{ class: 'internal' }, { class: 'internal', certainty: 'maybe' }]) {
      expect(await outcomeOf(() => verdict, fail, { effect: 'write' })).toMatchObject({ stop: 'unsafe', attempts: 1 })
    }
  })

  it.each(['soon', Number.NaN, -5, {}])('a wait that is none is left out: %s', async (retryAfter) => {
    const began = time.now()
    const verdict = { ...failure('overloaded', 'not-applied'), retryAfter }
    expect(await outcomeOf(() => verdict, fail)).toMatchObject({ stop: 'attempts', attempts: 2 })
    expect(time.now() - began, 'plain backoff').toBe(50)
  })
})
