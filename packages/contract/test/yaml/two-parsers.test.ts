/**
 * The documents that two independent parsers read, they read alike: the values, and where each of them stands.
 *
 * `yaml` is the parser that was here before. What a team wrote and agreed on must not mean something else because the
 * library below was changed, and a library that reads some text otherwise than the specification has it is found.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments, stringify, visit } from 'yaml'
import { Problems } from '../../src/document/problem.js'
import { readYaml } from '../../src/document/read-yaml.js'
import { plain, type Tree } from '../../src/document/tree.js'
import { documents } from '../random-documents.js'
import { hostileTexts } from './hostile-text.js'

interface Read {
  readonly value: unknown
  /** Offsets of values, by their path; without what aliases and merges repeat. */
  readonly places: Readonly<Record<string, number>>
}

function ours(text: string): Read | undefined {
  const tree = readYaml(text, new Problems('truce.yaml', text))
  if (tree === undefined) return undefined
  const places: Record<string, number> = {}
  const walk = (at: Tree, path: string): void => {
    if (at.kind === 'scalar' ? at.value !== null : true) places[path] = at.at
    if (at.kind === 'map') for (const [name, { value }] of at.entries) walk(value, `${path}/${name}`)
    if (at.kind === 'list') for (const [i, item] of at.items.entries()) walk(item, `${path}/${i}`)
  }
  walk(tree, '')
  return { value: plain(tree), places }
}

function theirs(text: string): Read | undefined {
  const all = parseAllDocuments(text, { merge: true, prettyErrors: false, logLevel: 'silent' })
  const [document] = all
  if (all.length !== 1 || document === undefined || [...document.errors, ...document.warnings].length > 0) {
    return undefined
  }
  const places: Record<string, number> = {}
  const walk = (node: Node | null, path: string): void => {
    if (node === null || isAlias(node) || (isScalar(node) && (node.value === null || node.type?.startsWith('BLOCK')))) {
      return
    }
    const start = node.range?.[0] ?? -1
    // Of a map without braces nobody can say whether it begins with its first name's anchor.
    if (!isMap(node) || text.charAt(start) === '{') places[path] = start
    if (isMap<Node, Node | null>(node)) {
      for (const { key, value } of node.items) {
        if (isScalar(key) && key.source !== '<<') walk(value, `${path}/${key.source}`)
      }
    }
    if (isSeq<Node | null>(node)) for (const [i, item] of node.items.entries()) walk(item, `${path}/${i}`)
  }
  walk(document.contents as Node | null, '')
  // What stands before a colon is a name, as it is written.
  visit(document, { Pair: (_, { key }) => void (isScalar(key) && key.value !== null && (key.value = key.source)) })
  try {
    return { value: document.toJS({ maxAliasCount: -1 }) as unknown, places }
  } catch {
    return undefined // an alias of nothing, or of itself
  }
}

/**
 * Not alike, and each of no consequence: a return alone ends a line by YAML 1.2 and not for `yaml`; a number beyond
 * all is a text and there infinite; a byte order mark inside is a letter and there nothing; the indentation
 * and the empty lines at the end of blocks that say these of themselves (`|2`, `>+`).
 */
const READ_OTHERWISE = /\r(?!\n)|\d[eE][+]?\d{3}|.\ufeff|\n\ufeff|[|>]-?[\d+]/

describe('two parsers read alike', () => {
  test('texts that were made to be misread', { timeout: 60_000 }, () => {
    let [both, either] = [0, 0]
    fc.assert(
      fc.property(hostileTexts, (text) => {
        fc.pre(!READ_OTHERWISE.test(text))
        const [one, other] = [ours(text), theirs(text)]
        if (one !== undefined || other !== undefined) either++
        if (one === undefined || other === undefined) return
        both++
        expect(one.value).toEqual(other.value)
        expect(one.places).toMatchObject(other.places)
      }),
      { numRuns: 6_000 },
    )
    expect(both / either, `${both} of ${either}`).toBeGreaterThan(0.7)
  })

  test('contracts, however they are written', { timeout: 60_000 }, () => {
    const styles = fc.record({
      indent: fc.integer({ min: 1, max: 8 }),
      indentSeq: fc.boolean(),
      collectionStyle: fc.constantFrom('any', 'flow'),
      singleQuote: fc.constantFrom(true, false, null),
      defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
    } as const)
    fc.assert(
      fc.property(documents(), styles, fc.constantFrom('\n', '\r\n'), (document, style, end) => {
        const written = stringify(document, { ...style, lineWidth: 0 })
        const text = written.replaceAll('\n', end)
        const [one, other] = [ours(text), theirs(text)]
        expect(one?.value).toEqual(document)
        expect(one?.value).toEqual(other?.value)
        expect(one?.places).toMatchObject(other?.places ?? {})
        expect(ours(JSON.stringify(document, undefined, '\t'))?.value).toEqual(document)
      }),
      { numRuns: 400 },
    )
  })
})
