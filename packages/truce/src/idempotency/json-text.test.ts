import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.js'
import { InvalidPayloadError } from './errors.js'
import { jsonText } from './json-text.js'

const utf8 = new TextEncoder()

test('it is what JSON.parse reads, from text or its bytes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(4), (given, indent) => {
      const text = JSON.stringify(given, undefined, indent)
      expect(jsonText(text)).toEqual(JSON.parse(text))
      // Half of a pair is escaped: its text is well-formed.
      expect(jsonText(utf8.encode(text))).toEqual(JSON.parse(text))
    }),
  )
})

describe('keys', () => {
  test.for<[string, string]>([
    ['{"a":1,"a":1}', '"a"'],
    ['{"a":1,"b":{"c":[{"d":1,"e":2,"d":3}]}}', '"d"'],
    ['{"a":1,"\\u0061":2}', '"\\u0061"'],
    ['{"__proto__":1,"__proto__":2}', '"__proto__"'],
    ['{"\\"":1,"\\u0022":2}', '"\\u0022"'],
    ['{"":1,"":2}', '""'],
    ['[{"a":[]},{"b":{"b":1},"a":"}","a":0}]', '"a"'],
  ])('%s has %s twice', ([text, key]) => {
    expect(() => jsonText(text)).toThrow(
      new InvalidPayloadError('payload', `has the key ${key} twice in one object; which one counts?`),
    )
  })

  test.for([
    '{"a":{"a":{"a":1}},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a","c":["a","a"]}',
    '{"a":"\\"a\\":1,\\"a\\":2","A":1}',
    '{"a":"{","b":"}","c":"[","d":"\\\\"}',
    '"a"',
    '[]',
  ])('%s has each once', (text) => {
    expect(jsonText(text)).toEqual(JSON.parse(text))
  })

  test('a long one is not quoted in full', () => {
    const key = JSON.stringify('k'.repeat(100_000))
    const { message } = thrownBy(`{${key}:1,${key}:2}`)
    expect(message.length).toBeLessThan(200)
  })

  test('one that has a meaning elsewhere is a key like any other', () => {
    const read = jsonText('{"__proto__":{"admin":true}}') as Record<string, unknown>
    expect(Object.keys(read)).toEqual(['__proto__'])
    expect(read['admin']).toBeUndefined()
    expect(canonicalJson(read)).toBe('{"__proto__":{"admin":true}}')
  })
})

describe('numbers', () => {
  test.for([
    '9007199254740993',
    '-9007199254740993',
    '9007199254740992.5',
    '1e400',
    '-1E400',
    '1e-400',
    '0.100000000000000000000000000001',
    '0.1000000000000000055511151231257827',
    '3.141592653589793238462643383279',
    '123456789012345678',
  ])('%s cannot be held as it was written', (number) => {
    for (const text of [number, `[${number}]`, `{"amount":${number}}`]) {
      expect(() => jsonText(text)).toThrow(InvalidPayloadError)
      expect(() => jsonText(text)).toThrow(`has the number ${number.slice(0, 40)}, which JavaScript cannot hold`)
    }
  })

  test.for([
    ['0', 0],
    ['-0', -0],
    ['0e400', 0],
    ['0.000', 0],
    ['1E5', 100_000],
    ['1e+5', 100_000],
    ['1.50', 1.5],
    ['15e-1', 1.5],
    ['100e-2', 1],
    ['0.1', 0.1],
    ['1e21', 1e21],
    ['123456789.000', 123_456_789],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', 9_007_199_254_740_992],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['0.30000000000000004', 0.300_000_000_000_000_04],
  ] as const)('%s is held', ([text, number]) => {
    expect(jsonText(text)).toBe(number)
  })

  test('every double that JavaScript writes is read', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(jsonText(JSON.stringify([number]))).toEqual([number === 0 ? 0 : number])
      }),
    )
  })

  test('-0 and 0 are one number', () => {
    expect(canonicalJson(jsonText('{"a":-0}'))).toBe(canonicalJson(jsonText('{"a":0}')))
  })

  test('what looks like one inside of text is text', () => {
    expect(jsonText('{"card":"9007199254740993","x":"1e400"}')).toEqual({ card: '9007199254740993', x: '1e400' })
  })
})

describe('an attack', () => {
  // A number of 100,000 zeros between two other digits once kept the event loop busy for eleven seconds.
  test('a number with a million zeros inside is answered at once', () => {
    expect(() => jsonText(`0.1${'0'.repeat(1_000_000)}1`)).toThrow(InvalidPayloadError)
  })

  test('a number with a million zeros at its end is that number', () => {
    expect(jsonText(`0.1${'0'.repeat(1_000_000)}`)).toBe(0.1)
  })

  // The stack of regular expressions once overflowed: a RangeError instead of the value.
  test('a text of 20 MB is read', () => {
    const long = 'a'.repeat(20_000_000)
    expect((jsonText(`["${long}"]`) as string[])[0]).toHaveLength(20_000_000)
    expect((jsonText(`["${String.raw`\n`.repeat(5_000_000)}"]`) as string[])[0]).toHaveLength(5_000_000)
  })

  test('100,000 lists in each other are read, and refused as a payload', () => {
    const deep = jsonText(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    expect(() => canonicalJson(deep)).toThrow(InvalidPayloadError)
  })
})

describe('bytes', () => {
  test.for([
    ['a sequence cut short', [0x22, 0xe2, 0x82, 0x22]],
    ['a byte that is none', [0x22, 0xff, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0x80, 0x22]],
    ['half of a pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ] as const)('%s is no UTF-8', ([, bytes]) => {
    expect(() => jsonText(new Uint8Array(bytes))).toThrow(InvalidPayloadError)
    expect(() => jsonText(new Uint8Array(bytes))).toThrow('is no UTF-8')
    // What came before leaves nothing behind.
    expect(jsonText(utf8.encode('"é"'))).toBe('é')
  })

  test('a byte order mark is no JSON, as bytes or text', () => {
    expect(() => jsonText(new Uint8Array([0xef, 0xbb, 0xbf, 0x31]))).toThrow('is no JSON')
    expect(() => jsonText('\ufeff1')).toThrow('is no JSON')
  })
})

test('half of a pair is read as it was escaped, and refused as a payload', () => {
  expect(() => canonicalJson(jsonText(String.raw`{"name":"\ud800"}`))).toThrow('half of a surrogate pair')
})

test.for(['', '{', '{"a":1,}', "{'a':1}", 'undefined', '[1,]', '01', '1.', 'NaN', '{"a":1}{'])(
  '%s is no JSON',
  (text) => {
    expect(() => jsonText(text)).toThrow(InvalidPayloadError)
    expect(() => jsonText(text)).toThrow('is no JSON')
  },
)

function thrownBy(text: string): Error {
  try {
    jsonText(text)
  } catch (error) {
    return error as Error
  }
  return expect.fail('nothing was thrown')
}
