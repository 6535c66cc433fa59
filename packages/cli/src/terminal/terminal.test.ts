import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith } from '../../test/truce.js'
import { excerpt } from './excerpt.js'
import { type Paint, paintOn } from './paint.js'
import { sources } from './source.js'
import { widthOf, wrap } from './wrap.js'

const plain: Paint = (_, text) => text
const output = (isTTY: boolean, columns?: number) => ({ write: () => true, isTTY, columns })

describe('paint', () => {
  test.each<[string, boolean, Record<string, string>, boolean]>([
    ['a terminal', true, {}, true],
    ['no terminal', false, {}, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR says nothing', true, { NO_COLOR: '' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR against NO_COLOR', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
  ])('%s', (_, isTTY, env, coloured) => {
    expect(paintOn(output(isTTY), env)('red', 'x') !== 'x').toBe(coloured)
  })
})

describe('wrap', () => {
  test('breaks between words, and indents as far as the first line', () => {
    expect(wrap('one two three four', 11, '  ')).toBe('  one two\n  three\n  four')
  })

  test('a word that is longer than a line stays whole', () => {
    expect(wrap('a https://127.0.0.1/long b', 8, '')).toBe('a\nhttps://127.0.0.1/long\nb')
  })

  test('nothing is broken where no person looks on', () => {
    expect(widthOf(output(false, 40))).toBe(Number.POSITIVE_INFINITY)
    expect([widthOf(output(true, 40)), widthOf(output(true, 400))]).toEqual([40, 100])
  })
})

describe('excerpt', () => {
  test('the line, and a caret under the place', () => {
    expect(excerpt({ text: '  ttl: 1h', line: 12, column: 8 }, '  ', plain)).toBe('  12 │   ttl: 1h\n     │        ^')
  })

  test('of a long line what is around the place', () => {
    const [shown = '', caret = ''] = excerpt({ text: `${'x'.repeat(500)}!`, line: 1, column: 501 }, '', plain).split(
      '\n',
    )
    expect(shown[caret.indexOf('^')]).toBe('!')
    expect(shown.length).toBeLessThan(100)
  })

  test('what a document holds does not command the terminal', () => {
    expect(excerpt({ text: 'a\u001B[2J\tb', line: 1, column: 1 }, '', plain)).toContain('a�[2J b')
  })
})

test('a file is read once, and one that is gone has no lines', () => {
  const file = path.join(folderWith({ 'a.yaml': 'one\r\ntwo\n' }), 'a.yaml')
  const lineOf = sources()
  expect([lineOf(file, 1), lineOf(file, 2)]).toEqual(['one', 'two'])
  writeFileSync(file, 'other')
  expect([lineOf(file, 1), lineOf(file, 9), lineOf('/none', 1)]).toEqual(['one', undefined, undefined])
})
