import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { OptionError } from '../options/option-error.js'
import { keyFrom, placesOf } from './template.js'

describe('a key from a template', () => {
  test.each([
    ['{incoming}_line_{line}', { incoming: 'order_123', line: 1 }, 'order_123_line_1'],
    ['{incoming}_fulfil', { incoming: 'order_123' }, 'order_123_fulfil'],
    ['{a}{a}/{b.c}', { a: 'x', 'b.c': 0 }, 'xx/0'],
    ['{a}', { a: '$&{b}' }, '$&{b}'],
    ['{a}', { a: -1.5, unused: undefined }, '-1.5'],
  ])('%s', (template, values, key) => expect(keyFrom(template, values)).toBe(key))

  it('is the same for the same values, and tells its places', () => {
    expect(keyFrom('{a}-{b}', { a: 1, b: 2 })).toBe(keyFrom('{a}-{b}', { b: 2, a: 1 }))
    expect(placesOf('{incoming}_line_{line}_of_{incoming}')).toEqual(['incoming', 'line'])
  })

  it('has 255 characters at most, or as many as the API takes', () => {
    expect(keyFrom('{a}', { a: 'k'.repeat(255) })).toHaveLength(255)
    expect(() => keyFrom('{a}', { a: 'k'.repeat(256) })).toThrow("at most 255 characters; filled, '{a}' has 256")
    expect(() => keyFrom('{a}_line', { a: 'k'.repeat(60) }, 64)).toThrow('at most 64 characters')
  })

  test.each<[string, unknown, string]>([
    ['missing', undefined, 'a non-empty string or a number'],
    ['empty', '', 'a non-empty string or a number'],
    ['null', null, 'a non-empty string or a number'],
    ['no number', Number.NaN, 'a non-empty string or a number'],
    ['endless', Number.POSITIVE_INFINITY, 'a non-empty string or a number'],
    ['an object', {}, 'a non-empty string or a number'],
    ['not ASCII', 'größe', 'printable ASCII'],
    ['two lines', 'a\nb', 'printable ASCII'],
  ])('a value that is %s is refused', (_, line, allowed) => {
    const fill = () => keyFrom('{line}_x', { line: line as string })
    expect(fill).toThrow(OptionError)
    expect(fill).toThrow('option values.line is')
    expect(fill).toThrow(allowed)
  })

  it('takes nothing that every object has for a value', () => {
    expect(() => keyFrom('{constructor}', {})).toThrow('option values.constructor')
  })

  test.each([
    ['', 'places'],
    ['order', 'at least one place'],
    ['{}', 'places'],
    ['{a', 'places'],
    ['a}', 'places'],
    ['{a}}', 'places'],
    ['{{a}}', 'places'],
    ['{a b}', 'places'],
    ['{1}', 'places'],
    ['ö{a}', 'places'],
    [5, 'places'],
  ])('%o is no template', (template, allowed) => {
    expect(() => placesOf(template as string)).toThrow(OptionError)
    expect(() => placesOf(template as string)).toThrow(allowed)
    expect(() => keyFrom(template as string, { a: 1 })).toThrow(allowed)
  })

  it('is printable ASCII, whatever the values', () => {
    fc.assert(
      fc.property(fc.string(), (a) => {
        try {
          expect(keyFrom('{a}', { a })).toMatch(/^[\x20-\x7e]{1,255}$/)
        } catch (error) {
          expect(error).toBeInstanceOf(OptionError)
        }
      }),
    )
  })
})
