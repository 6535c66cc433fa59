import { describe, expect, it, test, vi } from 'vitest'
import { peer } from '../../peer/index.js'
import { type Failure, failure, UNRECOGNISED } from '../../policy/classify.js'
import { classifyHttp } from '../semantics/classify.js'
import { peerClassifier } from './peer-classifier.js'

const FIELD = 'slot=340, applied=?0, reason=overloaded'
const SHED = failure('overloaded', 'not-applied', { retryAfter: 340, slot: true, admission: true })
const headers = { 'Retry-Pushback': FIELD }
const classify = peerClassifier(peer, classifyHttp)
const answer = (status: number, more: Record<string, string> = headers) => new Response(null, { status, headers: more })
const error = (fields: object) => Object.assign(new Error('failed'), fields)

describe('finds the field wherever the judged answer is', () => {
  test.each<[string, unknown, boolean]>([
    ['a Response', answer(503), false],
    ['an answer of got or undici', { statusCode: 503, headers: { 'retry-pushback': FIELD }, body: '' }, false],
    ['an answer of axios', { status: 503, statusText: '', headers, config: {} }, false],
    [
      'several lines of the field',
      { statusCode: 503, headers: { 'retry-pushback': ['slot=1', FIELD] }, body: '' },
      false,
    ],
    ['a thrown Response', answer(503), true],
    ['axios, ky', error({ response: answer(503) }), true],
    ['got', error({ response: { statusCode: 503, headers: { 'retry-pushback': FIELD }, body: '' } }), true],
    ['http-errors', error({ status: 503, headers }), true],
    ['an SDK: its own status, the headers with the response', error({ status: 503, response: { headers } }), true],
    ['an SDK that has headers of its own', error({ status: 503, headers, response: { headers: {} } }), true],
    ['wrapped', new Error('reserve', { cause: error({ response: answer(503) }) }), true],
  ])('%s', (_, result, threw) => expect(classify(result, threw)).toStrictEqual(SHED))
})

describe('nobody else is believed', () => {
  it('is the only reader: HTTP without a declared peer does not know the field', () => {
    for (const field of [FIELD, 'retry=?0', 'retry=?0, after=999999999999, reason=exhausted']) {
      const foreign = { 'retry-pushback': field }
      expect(classifyHttp(answer(503, foreign), false)).toStrictEqual(classifyHttp(answer(503, {}), false))
      expect(classify(answer(503, foreign), false)).not.toStrictEqual(classifyHttp(answer(503, {}), false))
    }
  })

  it('takes the outermost answer, as judging does: not what a service behind it asked of somebody else', () => {
    const behind = error({ response: answer(503) })
    const ours = Object.assign(new Error('bad gateway', { cause: behind }), { status: 502 })
    expect(classify(ours, true)).toStrictEqual(failure('unavailable'))
  })

  it('does not take the field from beside an answer', () => {
    expect(classify({ status: 503, headers, order: 7 }, false)).toBe('ok')
    expect(classify(error({ headers }), true)).toStrictEqual(UNRECOGNISED)
    // The connection broke while the answer was read: its fields are of an answer that never was.
    const broken = error({ code: 'ECONNRESET', cause: error({ response: answer(503) }) })
    expect(classify(broken, true)).toStrictEqual(classifyHttp(broken, true))
  })
})

describe('leaves to the rules of HTTP', () => {
  test.each<[string, unknown, boolean]>([
    ['a success with load', answer(200, { 'retry-pushback': 'load=0.5, retry=?0' }), false],
    ['a value', { status: 'shipped' }, false],
    ['a failure without the field', answer(503, {}), false],
    ['a field that cannot be read', answer(503, { 'retry-pushback': 'retry: no' }), false],
    [
      'a field of two megabytes',
      { statusCode: 503, headers: { 'retry-pushback': `retry=?0${' '.repeat(2e6)}` }, body: '' },
      false,
    ],
    ['a refused connection', error({ code: 'ECONNREFUSED', syscall: 'connect' }), true],
    ['a thrown string', 'no', true],
  ])('%s', (_, result, threw) => expect(classify(result, threw)).toStrictEqual(classifyHttp(result, threw)))

  it('and asks the port nothing on a success', () => {
    const read = vi.fn<(value: string) => undefined>()
    peerClassifier({ answerField: 'retry-pushback', read }, classifyHttp)(answer(200), false)
    expect(read).not.toHaveBeenCalled()
  })
})

describe('beside other fields', () => {
  test.each<[string, Record<string, string>, Failure]>([
    ['Retry-After is the slot rounded up', { 'retry-pushback': FIELD, 'retry-after': '1' }, SHED],
    [
      'Retry-After is longer',
      { 'retry-pushback': FIELD, 'retry-after': '9' },
      failure('overloaded', 'not-applied', { retryAfter: 9_000, admission: true }),
    ],
    [
      'a proxy tried twice',
      { 'retry-pushback': FIELD, 'x-envoy-attempt-count': '2' },
      { ...SHED, certainty: 'unknown' },
    ],
    ['a proxy tried once', { 'retry-pushback': FIELD, 'x-envoy-attempt-count': '1' }, SHED],
  ])('%s', (_, fields, expected) => expect(classify(answer(503, fields), false)).toStrictEqual(expected))
})

describe('a base of one’s own', () => {
  it('may answer with a class alone, or not at all', () => {
    expect(peerClassifier(peer, () => 'internal')(answer(500), false)).toStrictEqual(SHED)
    expect(peerClassifier(peer, () => 'internal')({ status: 503, headers }, true)).toBe('internal') // no error, no answer
    expect(peerClassifier(peer, () => undefined)(answer(503), false)).toBeUndefined()
    expect(
      peerClassifier(peer, () => 'invalid')(answer(422, { 'retry-pushback': 'reason=overloaded' }), false),
    ).toStrictEqual(failure('invalid'))
  })

  it('a verdict stands where the answer or the port throws', () => {
    const nasty = { status: 503, get headers(): never { throw new Error('no') } } // prettier-ignore
    expect(peerClassifier(peer, () => 'unavailable')(nasty, false)).toBe('unavailable')
    const throws = { answerField: 'retry-pushback', read: () => { throw new Error('no') } } as const // prettier-ignore
    expect(peerClassifier(throws, classifyHttp)(answer(503), false)).toStrictEqual(failure('unavailable'))
  })

  it('a cycle of causes ends', () => {
    const cycle = error({})
    cycle.cause = cycle
    expect(peerClassifier(peer, () => 'internal')(cycle, true)).toBe('internal')
  })
})
