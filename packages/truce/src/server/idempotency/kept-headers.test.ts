import { describe, expect, test } from 'vitest'
import { OptionError } from '../../guard/errors.js'
import { headersOf, keepHeaders, keptNames } from './kept-headers.js'

const ALL = [
  ['Content-Type', 'application/json'],
  ['Location', '/orders/1'],
  ['ETag', '"1"'],
  ['Link', '</a>; rel="next"'],
  ['link', '</b>; rel="prev"'],
  ['Set-Cookie', 'session=1'],
  ['Date', 'today'],
  ['Retry-After', '3'],
  ['traceparent', '00-1'],
  ['X-Total', '7'],
] as const

describe('kept headers', () => {
  test('kept is what speaks of the body and of what was made; several of one name stay several', () => {
    const kept = keepHeaders(ALL, keptNames())
    expect(kept).toEqual({
      'content-type': 'application/json',
      location: '/orders/1',
      etag: '"1"',
      link: ['</a>; rel="next"', '</b>; rel="prev"'],
    })
    expect(headersOf(kept)).toContainEqual(['link', '</b>; rel="prev"'])
    expect(headersOf(kept)).toHaveLength(5)
  })

  test('more may be named, in any case', () => {
    expect(keepHeaders(ALL, keptNames(['X-Total']))).toMatchObject({ 'x-total': '7' })
  })

  test.for(['Set-Cookie', 'date', 'Transfer-Encoding', 'traceparent', 'idempotent-replayed', '', 'a b', 'a:'])(
    'but not %j',
    (name) => {
      expect(() => keptNames([name])).toThrow(OptionError)
    },
  )

  test('a list is asked for', () => {
    expect(() => keptNames('x-total' as never)).toThrow('a list')
  })
})
