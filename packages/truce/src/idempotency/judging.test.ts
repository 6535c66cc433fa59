import { expect, test } from 'vitest'
import { type Kept, notApplied } from './index.js'
import { judgeEnd } from './judging.js'
import type { CheckedRequest } from './request.js'
import { engineSettings, type KeepOption } from './settings.js'
import { memory } from './stores/memory.js'

const settings = engineSettings({ store: memory(), ttl: '24h' })
const asked = (mode: CheckedRequest['mode'], keep: KeepOption) => ({ operation: 'pay', mode, keep }) as CheckedRequest
const invalid = Object.assign(new Error('no'), { status: 422 })
const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
const overloaded = Object.assign(new Error('later'), { status: 429 })
const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' })

test.for<[CheckedRequest['mode'], string, unknown, Kept]>([
  ['at-most-once', 'for good', invalid, 'store'],
  ['at-most-once', 'in the dark', reset, 'unknown'],
  // Its last call was refused; what the ones before it did, no classifier knows.
  ['at-most-once', 'refused by somebody below', refused, 'unknown'],
  ['at-most-once', 'overloaded below', overloaded, 'unknown'],
  ['at-most-once', 'by its own word not applied', notApplied(new Error('closed')), 'forget'],
  ['at-most-once', 'a programmer’s error', new TypeError('x is not a function'), 'unknown'],
  ['derived-key', 'for good', invalid, 'store'],
  ['derived-key', 'in the dark', reset, 'free'],
  ['transaction', 'for good', invalid, 'forget'],
  ['transaction', 'in the dark', reset, 'forget'],
])('%s, %s', ([mode, , error, kept]) => {
  expect(judgeEnd({ threw: true, error }, asked(mode, 'default'), settings).kept).toBe(kept)
})

test('a failure that is returned is told as it is', () => {
  const value = { status: 422, headers: {} }
  const judged = judgeEnd({ threw: false, value }, asked('at-most-once', 'default'), settings)
  expect(judged).toEqual({ ended: { threw: false, value }, kept: 'store', text: `v${JSON.stringify(value)}` })
})

test('a keep function is told how it ended', () => {
  const endings: unknown[] = []
  const keep: KeepOption = (ending) => (endings.push(ending), 'store')
  judgeEnd({ threw: true, error: notApplied(new Error('x')) }, asked('derived-key', keep), settings)
  judgeEnd({ threw: false, value: 1 }, asked('derived-key', keep), settings)
  expect(endings).toMatchObject([
    { threw: true, failure: { certainty: 'not-applied' } },
    { threw: false, failure: undefined },
  ])
})

test('an answer that refuses and cannot be kept whole is kept as the refusal that it was', () => {
  class Answer {
    readonly status = 422
    readonly headers = new Headers()
  }
  const { kept, text } = judgeEnd({ threw: false, value: new Answer() }, asked('at-most-once', 'default'), settings)
  expect(kept).toBe('store')
  expect(JSON.parse(text.slice(1))).toEqual({ name: 'Answer', message: 'status 422', class: 'invalid', status: 422 })
})
