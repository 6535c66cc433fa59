import fc from 'fast-check'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.js'
import { InvalidPayloadError } from './errors.js'

/** JSON values that say what they mean: no number past 2^53, no half characters. */
const value = fc.jsonValue().filter((each) => canBeSaid(each))

function canBeSaid(each: unknown): boolean {
  try {
    canonicalJson(each)
    return true
  } catch {
    return false
  }
}

/** The double with these bits. */
function double(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE()
}

describe('RFC 8785', () => {
  test('its example, but for 1E30, comes out as printed there', () => {
    const given = {
      numbers: [333_333_333.333_333_3, 4.5, 2e-3, 0.000_000_000_000_000_000_000_000_001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(given)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  test('keys are sorted by UTF-16 code units', () => {
    const given = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect(Object.values(JSON.parse(canonicalJson(given)) as Record<string, string>)).toContain('One')
    expect([...canonicalJson(given).matchAll(/:"([^"]+)"/g)].map(([, each]) => each)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  test.for<[string, string]>([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('the number %s is %s', ([bits, text]) => {
    expect(canonicalJson(double(bits))).toBe(text)
  })

  test.for<[string, string]>([
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
  ])('the whole number %s (%s there) is refused: past 2^53 two of them look the same', ([bits, text]) => {
    expect(() => canonicalJson({ amount: double(bits) })).toThrow(
      new InvalidPayloadError('payload.amount', `is ${text}: past 2^53 two numbers can look the same; give it as text`),
    )
  })

  test.for(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])('%s is no number', (bits) => {
    expect(() => canonicalJson([double(bits)])).toThrow(/^payload\[0\] is (NaN|-?Infinity), which JSON cannot say$/)
  })
})

describe('laws', () => {
  test('read again, it is the value', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(JSON.parse(canonicalJson(given))).toEqual(JSON.parse(JSON.stringify(given)))
      }),
    )
  })

  test('the order of keys does not matter', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(canonicalJson(turned(given))).toBe(canonicalJson(given))
      }),
    )
  })

  test('two values have one text only where they are equal', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(canonicalJson(a) === canonicalJson(b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)))
      }),
    )
  })

  test('what is canonical stays as it is', () => {
    fc.assert(
      fc.property(value, (given) => {
        const text = canonicalJson(given)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
      }),
    )
  })
})

/** The same with its keys in the other order. */
function turned(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(turned)
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(
    Object.entries(given)
      .toReversed()
      .map(([key, each]) => [key, turned(each)]),
  )
}

/** Another way to one order of keys, to be compared with. */
function sorted(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(sorted)
  if (typeof given !== 'object' || given === null) return given
  const entries = Object.entries(given).map(([key, each]) => [key, sorted(each)] as const)
  // As a list: an object would put keys that look like numbers first.
  return { entries: entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) }
}

test('keys that differ in case only are two keys, in one order', () => {
  expect(canonicalJson({ a: 1, A: 2 })).toBe('{"A":2,"a":1}')
  expect(canonicalJson({ A: 2, a: 1 })).toBe('{"A":2,"a":1}')
})

test('members without a value are left out, as JSON does', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}')
})

test('own keys that have a meaning elsewhere are keys like any other', () => {
  const parsed = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":2}') as unknown
  expect(canonicalJson(parsed)).toBe('{"__proto__":{"admin":true},"constructor":1,"toString":2}')
  expect(canonicalJson({})).not.toBe(canonicalJson(parsed))
})

test('objects of another realm and without a prototype are plain', () => {
  expect(canonicalJson(runInNewContext('({ b: [1], a: {} })'))).toBe('{"a":{},"b":[1]}')
  expect(canonicalJson(Object.assign(Object.create(null) as object, { a: 1 }))).toBe('{"a":1}')
})

test('what writes itself is written so', () => {
  expect(canonicalJson({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}')
  expect(canonicalJson({ toJSON: () => [1] })).toBe('[1]')
})

class Money {
  amount = 1
}
const circle: Record<string, unknown> = {}
circle['self'] = circle
const holes: unknown[] = Array.from({ length: 0 })
holes.length = 2

test.for<[string, unknown, RegExp]>([
  ['undefined in a list', { lines: [1, undefined] }, /^payload\.lines\[1\] is undefined, which JSON cannot say/],
  ['a hole in a list', { lines: holes }, /^payload\.lines\[0\] is undefined, which JSON cannot say/],
  ['a function', { pay: () => 1 }, /^payload\.pay is function/],
  ['a symbol', { pay: Symbol('x') }, /^payload\.pay is symbol/],
  ['a bigint', { amount: 1n }, /^payload\.amount is bigint/],
  ['a Map', { lines: new Map() }, /^payload\.lines is a Map; give a plain object/],
  ['a Set', new Set(), /^payload is a Set; /],
  ['an instance of a class', { price: new Money() }, /^payload\.price is a Money; /],
  ['bytes inside', { raw: new Uint8Array(2) }, /^payload\.raw is a Uint8Array; /],
  ['a boxed string', { name: Object('tea') as unknown }, /^payload\.name is a String; /],
  ['a circle', circle, /is nested more than 200 deep, or in a circle$/],
  ['half of a pair', { name: 'a\ud800b' }, /^payload\.name has half of a surrogate pair/],
  ['half of a pair in a key', { ['\udc00']: 1 }, /^a key of payload has half of a surrogate pair/],
  ['what writes itself as nothing', { at: { toJSON: () => undefined } }, /^payload\.at is undefined/],
])('%s is refused, and it is said where it stands', ([, given, message]) => {
  expect(() => canonicalJson(given)).toThrow(InvalidPayloadError)
  expect(() => canonicalJson(given)).toThrow(message)
})

test('a list of nothing is another one than a list of holes', () => {
  const hole: unknown[] = []
  hole.length = 1
  expect(canonicalJson([])).toBe('[]')
  expect(() => canonicalJson(hole)).toThrow(InvalidPayloadError)
})

test('what a getter throws comes out as it is: nothing was done yet', () => {
  const error = new Error('lazy relation is not loaded')
  const given = {
    get lines(): never {
      throw error
    },
  }
  expect(() => canonicalJson(given)).toThrow(error)
})
