import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyHttp } from '../../http/semantics/classify.js'
import { json } from '../../idempotency/outcome-text.js'
import type { Answer } from '../incoming.js'
import { keptNames } from './kept-headers.js'
import { answerFrom, recordedOf, wholeAnswer } from './recorded.js'

const NAMES = keptNames()
const LARGEST = 1_000
const answer = (body: Uint8Array | undefined, status = 200): Answer => ({ status, headers: [['etag', '"1"']], body })

describe('recorded', () => {
  test('every body comes back as it was, through what the engine makes of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), (body) => {
        const recorded = recordedOf(answer(body), NAMES, 10_000)
        const back = answerFrom(json.decode(json.encode(recorded)))
        expect(Buffer.from(back?.body ?? []).equals(Buffer.from(body))).toBe(true)
      }),
    )
  })

  test('a byte order mark is part of a body', () => {
    const body = Buffer.from('\ufeff{}')
    expect(answerFrom(recordedOf(answer(body), NAMES, LARGEST))?.body).toEqual(body)
  })

  test.for([
    ['it was never held', undefined],
    ['it is longer than is kept', Buffer.alloc(LARGEST + 1, 'a')],
    ['it would be, as JSON', Buffer.alloc(LARGEST / 2, '"')],
    ['it would be, as base64', Buffer.alloc(LARGEST - 100, 0xff)],
  ] as const)('a body is left out where %s; what was made is kept', ([, body]) => {
    const recorded = recordedOf(answer(body), NAMES, LARGEST)
    expect(recorded).toEqual({ statusCode: 200, headers: { etag: '"1"' }, body: null })
    expect(answerFrom(recorded)).toEqual({ status: 200, headers: [['etag', '"1"']], body: undefined })
  })

  test('what is kept is never longer than the engine keeps', () => {
    const bodies = fc.uint8Array({ minLength: 100, maxLength: 1_000 })
    fc.assert(
      fc.property(bodies, (body) => {
        const text = json.encode(recordedOf(answer(body), NAMES, LARGEST))
        expect(Buffer.byteLength(text)).toBeLessThan(LARGEST)
      }),
    )
  })

  test.for([204, 205, 304])('an answer of status %i has no body, whoever gave one', (status) => {
    expect(recordedOf(answer(undefined, status), NAMES, LARGEST).body).toBe('')
  })

  test.for([
    [201, undefined],
    [302, undefined],
    [404, 'not-found'],
    [409, 'rejected'],
    [422, 'invalid'],
    [429, 'overloaded'],
    [500, 'internal'],
    [503, 'unavailable'],
  ] as const)('the engine judges it by its status: %i', ([status, failure]) => {
    const verdict = classifyHttp(recordedOf(answer(Buffer.from('x'), status), NAMES, LARGEST), false)
    expect(verdict === 'ok' ? undefined : (verdict as { class?: string }).class).toBe(failure)
  })

  test.for([undefined, null, 'text', 7, {}, { statusCode: '200' }, { statusCode: 200 }])(
    'what somebody else kept (%j) is no answer',
    (kept) => {
      expect(answerFrom(kept)).toBeUndefined()
    },
  )

  test('a hook answers with a Response, or it is told', async () => {
    expect(await wholeAnswer(Response.json({ a: 1 }, { status: 201 }))).toMatchObject({
      status: 201,
      body: new Uint8Array(Buffer.from('{"a":1}')),
    })
    await expect(wholeAnswer({ status: 'done' } as never)).rejects.toThrow('gave no Response')
  })
})
