import { describe, expect, test } from 'vitest'
import { LARGEST } from './bounds.js'
import { parseDocument } from './parse.js'

const base = 'truce: 1\nservice: order-api\n'
const first = (text: string) => parseDocument(text, 'truce.yaml').problems[0]
const contractOf = (text: string) => parseDocument(text, 'truce.yaml').contract

describe('what is refused, with its line', () => {
  test.each([
    ['tabs', `${base}serves:\n\tplace: { effect: write }`, 4, 'tab characters', 'indent with spaces'],
    ['a name twice', `${base}version: 1\nversion: 2`, 4, '"version" stands here twice, first on line 3', 'keep one'],
    ['several documents', `${base}---\n${base}`, 3, 'a second document', 'one contract a file'],
    ['nothing', '', 1, 'the document is empty', 'truce: 1'],
    ['comments alone', '# truce\n', 1, 'the document is empty', 'truce: 1'],
    ['null', '~', 1, 'the document is empty', 'truce: 1'],
    ['an own tag', `${base}version: !v 1`, 3, '!v', 'without a tag'],
    ['a standard tag', `${base}version: !!int 1`, 3, '!!int is a tag', 'without a tag'],
    ['a binary', `${base}version: !!binary aGk=`, 3, '!!binary', 'without a tag'],
    ['YAML 1.1, where yes is true', `%YAML 1.1\n---\n${base}`, 1, 'YAML 1.1', '%YAML'],
    ['an alias of nothing', `${base}version: *v`, 3, 'v', 'anchor'],
    ['an alias within itself', `${base}serves: &s { a: *s }`, 3, '*s stands within its own anchor', 'ends above'],
    ['a name that is none', `${base}? [a]\n: 1`, 3, 'no name of a field', 'NAME: value'],
    ['something merged that is no map', `${base}serves: { <<: 1 }`, 3, 'no map', '<<: *anchor'],
    ['two merges in one map', `${base}serves: { <<: {}, <<: {} }`, 3, 'a second <<', '[*one, *other]'],
    ['a second document without a word', `${base}---\n---\n`, 3, 'a second document', 'one contract a file'],
    ['a second document behind dots', `${base}...\n# more\n---\nb: 1`, 5, 'a second document', 'one contract a file'],
    ['nothing as a name', `${base}~: 1`, 3, 'no name of a field', 'NAME: value'],
    ['an indentation that fits nothing', `${base}a:\n    b: 1\n  c: 1`, 5, 'bad indentation', 'YAML 1.2'],
    ['more than a level too deep', `${base}a: ${'['.repeat(70)}${']'.repeat(70)}`, 3, 'more than 64 levels', 'flatter'],
    ['an open bracket', `${base}serves: { a: {`, 3, 'within a flow collection', 'YAML 1.2'],
  ])('%s', (_, text, line, message, fix) => {
    expect(first(text)).toMatchObject({
      line,
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    })
  })
})

describe('what is read', () => {
  test('with a byte order mark, and with the line ends of Windows', () => {
    expect(contractOf('\ufefftruce: 1\r\nservice: order-api\r\n')?.service).toBe('order-api')
  })

  test('JSON that is indented with tabs', () => {
    expect(contractOf('{\n\t"truce": 1,\n\t"service": "order-api"\n}')?.service).toBe('order-api')
  })

  test('anchors and merge keys: what stands in the map itself counts, then the first that is merged', () => {
    const contract = contractOf(`${base}depends:
  inventory:
    operations:
      reserve: &common { effect: write, attempts: 2, deadline: 1s }
      release: { <<: *common, attempts: 4 }
      list: { <<: [{ effect: read }, *common] }
      other: *common
`)
    const operations = contract?.depends.get('inventory')?.operations
    expect(operations?.get('release')).toMatchObject({ effect: 'write', attempts: 4, deadline: 1_000 })
    expect(operations?.get('list')).toMatchObject({ effect: 'read', attempts: 2 })
    expect(operations?.get('other')).toMatchObject({ effect: 'write', attempts: 2 })
    expect(contract?.at(['depends', 'inventory', 'operations', 'release', 'deadline'])).toEqual({ line: 6, column: 54 })
  })

  test('names as they are written, numbers too', () => {
    const contract = contractOf(
      `${base}serves: { 1.0: { effect: read }, 007: { effect: read }, true: { effect: read } }`,
    )
    expect([...(contract?.serves.keys() ?? [])]).toEqual(['1.0', '007', 'true'])
  })

  test('brackets in texts and comments, however many', () => {
    expect(contractOf(`${base}# ${'['.repeat(1_000)}\ndepends: { b: { url: '${'{'.repeat(200)}' } }`)).toBeDefined()
  })

  test('a quoted << is a name like any other', () => {
    expect(first(`${base}'<<': 1`)?.message).toContain('no field "<<"')
  })

  test('names of every object are names like any other', () => {
    expect(first(`${base}__proto__: { version: 3 }`)?.message).toContain('no field "__proto__"')
    const contract = contractOf(`${base}serves: { constructor: { effect: read }, toString: { effect: read } }`)
    expect([...(contract?.serves.keys() ?? [])]).toEqual(['constructor', 'toString'])
    expect(first(`${base}serves: { __proto__: { effect: read } }`)?.message).toContain('"__proto__" is no name')
  })
})

/** As large as a document may be. */
const filled = (part: string) => part.repeat(Math.ceil(LARGEST / part.length)).slice(0, LARGEST)
const laughs = (line: (i: number, of: string) => string, start: string) =>
  [start, ...Array.from({ length: 12 }, (_, i) => line(i, Array.from({ length: 10 }, () => `*a${i}`).join(', ')))].join(
    '\n',
  )

describe('what was made to hurt ends in a problem', () => {
  test.each([
    ['a billion laughs', laughs((i, of) => `a${i + 1}: &a${i + 1} [${of}]`, 'a0: &a0 [x]')],
    ['a billion merges', laughs((i, of) => `a${i + 1}: &a${i + 1} { <<: [${of}] }`, 'a0: &a0 { x: 1 }')],
    ['brackets', filled('[')],
    ['braces', filled('a: {')],
    ['lists in lists', filled('- ')],
    ['names of names', filled('? ')],
    ['maps in maps', filled('a: ')],
    ['deep indentation', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['spaces', filled(' ')],
    ['tabs', filled('\t')],
    ['quotes', filled("'")],
    ['an open quote', `"${filled('a\n')}`],
    ['anchors', filled('&a ')],
    ['tags', filled('!')],
    ['directives', filled('%YAML 1.1\n')],
    ['documents', filled('---\n')],
    ['null characters', filled('\0')],
    ['unknown fields', Array.from({ length: 20_000 }, (_, i) => `f${i}: 1`).join('\n')],
    ['one long name', `${filled('a')}: 1`],
  ])('%s', (_, text) => {
    const { contract, problems } = parseDocument(text, 'truce.yaml')
    expect(contract).toBeUndefined()
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThan(110)
    for (const { line, message } of problems) {
      expect(line).toBeGreaterThan(0)
      expect(message.length).toBeLessThan(1_000)
      expect(message).not.toMatch(/ {4}at /)
    }
  })
})
