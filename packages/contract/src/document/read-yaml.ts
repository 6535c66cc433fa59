/**
 * Read YAML (and JSON, which is YAML): from text to a tree, within bounds.
 *
 * Anchors and merge keys are expanded, because operations that promise the same are written once; a document that
 * grows by them beyond what a person would write is refused. Duplicate names, tags, other YAML versions and several
 * documents in one file are refused: each is a way to say something else than what a reader sees.
 *
 * @module
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { DEEPEST, MOST_MEMBERS, tooDeep } from './bounds.js'
import type { Position } from './model.js'
import type { Problems } from './problem.js'
import type { Entry, ScalarTree, Tree } from './tree.js'

const START: Position = { line: 1, column: 1 }
/** Nobody reads more of them, and after the first they are mostly its consequences. */
const MOST_ERRORS = 10

/** @returns `undefined` where it is no document; `problems` says why */
export function readYaml(text: string, problems: Problems): Tree | undefined {
  const deep = tooDeep(text)
  if (deep !== undefined) {
    problems.add(deep, '', `here it is more than ${DEEPEST} levels deep`, 'a contract has 8: write it flatter')
    return undefined
  }
  const lines = new LineCounter()
  let document: Document.Parsed
  try {
    // Its own search for duplicate names takes time with the square of their number.
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false })
  } catch (error) {
    problems.add(START, '', `it cannot be read as YAML: ${sentence(error)}`, 'write it in plain YAML or JSON')
    return undefined
  }
  return new Reader(document, lines, problems).tree()
}

function sentence(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return first.slice(0, 200)
}

/** What to do about the parser's errors, by their code. */
const FIXES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'write one contract a file, without ---',
  BAD_ALIAS: 'name an anchor that stands above',
  TAG_RESOLVE_FAILED: 'write the value without a tag',
}

class Reader {
  readonly #document: Document.Parsed
  readonly #lines: LineCounter
  readonly #problems: Problems
  readonly #anchors = new Map<string, Node>()
  /** Aliases on the way from the top to here: one within itself never ends. */
  readonly #within = new Set<Node>()
  #members = 0

  constructor(document: Document.Parsed, lines: LineCounter, problems: Problems) {
    this.#document = document
    this.#lines = lines
    this.#problems = problems
  }

  tree(): Tree | undefined {
    const { errors, warnings, directives, contents } = this.#document
    for (const { code, message, pos } of [...errors, ...warnings].slice(0, MOST_ERRORS)) {
      const what = code === 'MULTIPLE_DOCS' ? 'a second document begins here' : sentence(message).replace(/[.:]$/, '')
      this.#problems.add(this.#position(pos[0]), '', what, FIXES[code] ?? 'write it as YAML 1.2 or JSON')
    }
    if (this.#problems.any) return undefined
    if (directives.yaml.explicit === true && directives.yaml.version !== '1.2') {
      this.#problems.add(
        START,
        '',
        `it says YAML ${directives.yaml.version}`,
        'leave the %YAML line out: it is read as 1.2',
      )
      return undefined
    }
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      this.#problems.add(START, '', 'the document is empty', 'write at least truce: 1 and service: NAME')
      return undefined
    }
    const tree = this.#read(contents)
    return this.#problems.any ? undefined : tree
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  #at(node: Node | null): Position {
    return this.#position(node?.range?.[0] ?? 0)
  }

  #read(node: Node | null): Tree {
    const at = this.#at(node)
    if (++this.#members > MOST_MEMBERS) {
      if (this.#members === MOST_MEMBERS + 1) {
        const much = `with its aliases it has more than ${MOST_MEMBERS} members`
        this.#problems.add(at, '', much, 'repeat less: aliases of aliases multiply')
      }
      return { kind: 'scalar', at, value: null }
    }
    if (isAlias(node)) return this.#follow(node)
    if (node !== null && 'anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node)
    return this.#value(node)
  }

  #value(node: Node | null): Tree {
    if (!isMap(node) && !isSeq(node)) return this.#scalar(node)
    this.#within.add(node)
    const tree: Tree = isMap(node)
      ? this.#map(node as YAMLMap<Node, Node | null>)
      : { kind: 'list', at: this.#at(node), items: node.items.map((item) => this.#read(item as Node)) }
    this.#within.delete(node)
    return tree
  }

  #scalar(node: Node | null): ScalarTree {
    const at = this.#at(node)
    const value = isScalar(node) ? node.value : null
    if (typeof value === 'bigint') return { kind: 'scalar', at, value: Number(value) }
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
    if (known) return { kind: 'scalar', at, value }
    this.#problems.add(
      at,
      '',
      'this value is of a kind that contracts do not have',
      'write text, a number, true or false',
    )
    return { kind: 'scalar', at, value: null }
  }

  #follow(alias: Alias): Tree {
    const target = this.#anchors.get(alias.source)
    if (target === undefined || this.#within.has(target)) {
      const what = target === undefined ? 'names no anchor above it' : 'stands within its own anchor'
      this.#problems.add(this.#at(alias), '', `*${alias.source} ${what}`, 'name an anchor that ends above')
      return { kind: 'scalar', at: this.#at(alias), value: null }
    }
    return this.#value(target)
  }

  #map(map: YAMLMap<Node, Node | null>): Tree {
    const at = this.#at(map)
    const entries = new Map<string, Entry>()
    const merged: Tree[] = []
    for (const { key, value } of map.items) {
      const name = this.#name(key)
      if (name === undefined) continue
      const position = this.#at(key)
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') {
        merged.push(this.#read(value))
        if (merged.length > 1) this.#problems.add(position, '', 'a second << in one map', 'write <<: [*one, *other]')
        continue
      }
      if (entries.has(name)) {
        const first = entries.get(name)?.at.line ?? 0
        this.#problems.add(position, name, `"${name}" stands here twice, first on line ${first}`, 'keep one of them')
        this.#read(value)
        continue
      }
      entries.set(name, { at: position, value: this.#read(value) })
    }
    for (const tree of merged) this.#merge(tree, entries)
    return { kind: 'map', at, entries }
  }

  #name(key: Node): string | undefined {
    const node = isAlias(key) ? this.#anchors.get(key.source) : key
    if (node !== undefined && node !== key && !isScalar(node)) return this.#noName(key)
    if (!isScalar(node)) return this.#noName(key)
    const { value } = node
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return this.#noName(key)
    if (typeof node.anchor === 'string') this.#anchors.set(node.anchor, node)
    return String(value)
  }

  #noName(key: Node): undefined {
    this.#problems.add(this.#at(key), '', 'this is no name of a field', 'write NAME: value')
  }

  /** What stands in the map itself counts before what is merged into it; of several maps the first counts. */
  #merge(tree: Tree, entries: Map<string, Entry>): void {
    const sources = tree.kind === 'list' ? tree.items : [tree]
    for (const source of sources) {
      if (source.kind !== 'map') {
        this.#problems.add(source.at, '', '<< merges something that is no map', 'write <<: *anchor of a map')
        continue
      }
      for (const [name, entry] of source.entries) if (!entries.has(name)) entries.set(name, entry)
    }
  }
}
