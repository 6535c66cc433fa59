import { expect, test } from 'vitest'
import { DERIVED, keyedOn } from '../../../test/server/keyed-scene.js'
import { service } from '../index.js'
import { openApi } from './index.js'

test('what callers have to know of the keys', () => {
  const { create } = keyedOn({ ...DERIVED, fields: ['sku'] }, { problems: 'https://a.example/problems#' })
  const { parameters, responses, 'x-idempotency': keys } = openApi(create)
  expect(parameters).toMatchObject([{ name: 'Idempotency-Key', in: 'header', required: true }])
  expect(keys).toEqual({
    ttl: 86_400,
    header: 'Idempotency-Key',
    key: 'required',
    mode: 'derived-key',
    fields: ['sku'],
  })
  expect(Object.keys(responses)).toEqual(['400', '401', '409', '410', '413', '422', '503'])
  expect(JSON.stringify(responses['409'])).toContain('https://a.example/problems#in-progress')
  expect(JSON.parse(JSON.stringify(openApi(create)))).toEqual(openApi(create))
})

test('an operation that takes no keys says nothing', () => {
  expect(() => openApi(service('shop').operation('list', { effect: 'read' }))).toThrow('rules for idempotency')
})
