/**
 * Read YAML (and JSON, which is YAML): from text to a tree, within bounds.
 *
 * The parser gives events with offsets, not objects: an object has lost where its members stood, and a library's tree
 * of nodes took four times as long, most of a check of many services.
 *
 * Anchors and merge keys are expanded, because operations that promise the same are written once; a document that
 * grows by them beyond what a person would write is refused. Duplicate names, tags, other YAML versions and several
 * documents in one file are refused: each is a way to say something else than what a reader sees.
 *
 * @module
 */
import { type Event, EVENT_ID, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml'
import { DEEPEST, MOST_MEMBERS } from './bounds.js'
import type { Problems } from './problem.js'
import { nameOf, valueOf } from './scalar.js'
import { refusedSyntax } from './syntax.js'
import type { Entry, Tree } from './tree.js'

/** @returns `undefined` where it is no document; `problems` says why */
export function readYaml(text: string, problems: Problems): Tree | undefined {
  let events: Event[]
  try {
    events = parseEvents(text, { maxDepth: DEEPEST })
  } catch (error) {
    refusedSyntax(error, problems)
    return undefined
  }
  const tree = new Reader(text, events, problems).document()
  return problems.any ? undefined : tree
}

/** A node with a name, and how many members it has; `undefined`: it is being read. */
interface Anchored {
  tree: Tree | undefined
  members: number
}

class Reader {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #problems: Problems
  readonly #anchors = new Map<string, Anchored>()
  #next = 0
  /** Where the last word was: nothing that is written stands nowhere, and what is not written stands there. */
  #offset = 0
  #members = 0

  constructor(text: string, events: readonly Event[], problems: Problems) {
    this.#text = text
    this.#events = events
    this.#problems = problems
  }

  document(): Tree | undefined {
    const [first] = this.#events
    const version = first?.type === EVENT_ID.DOCUMENT ? first.directives.find(({ kind }) => kind === 'yaml') : undefined
    if (version?.kind === 'yaml' && version.version !== '1.2') {
      this.#refuse(0, `it says YAML ${version.version}`, 'leave the %YAML line out: it is read as 1.2')
      return undefined
    }
    this.#next = 1
    const tree = first === undefined ? undefined : this.#node()
    this.#next++ // the end of the document
    if (this.#next < this.#events.length && first !== undefined) this.#second()
    else if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) {
      this.#refuse(0, 'the document is empty', 'write at least truce: 1 and service: NAME')
    }
    return tree
  }

  #refuse(offset: number, message: string, fix: string, path = ''): void {
    this.#problems.add(offset, path, message, fix)
  }

  #second(): void {
    const begun = this.#events.slice(this.#next).map(startOf)
    const start = begun.find((offset) => offset !== -1) ?? this.#text.length
    // Inside of what the first one says no line begins like that.
    const marker = this.#text.indexOf('\n---', this.#offset) + 1
    this.#refuse(
      marker === 0 ? start : Math.min(marker, start),
      'a second document begins here',
      'write one contract a file, without ---',
    )
  }

  #node(): Tree {
    const event = this.#events[this.#next++] as Event
    if (++this.#members > MOST_MEMBERS) this.#tooMany()
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd)
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) throw new TypeError('no node begins here')
    const start = startOf(event)
    if (start !== -1) this.#offset = start
    this.#untagged(event)
    if (event.anchorStart === -1) return this.#value(event)
    const anchored: Anchored = { tree: undefined, members: this.#members }
    this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), anchored)
    anchored.tree = this.#value(event)
    anchored.members = this.#members - anchored.members
    return anchored.tree
  }

  #value(event: Exclude<Event, { type: 1 | 5 | 6 }>): Tree {
    if (event.type === EVENT_ID.MAPPING) return this.#map(event.start)
    if (event.type === EVENT_ID.SCALAR) return { kind: 'scalar', at: this.#offset, value: valueOf(this.#text, event) }
    const items: Tree[] = []
    while (this.#more()) items.push(this.#node())
    return { kind: 'list', at: event.start, items }
  }

  /** Is there a further member of the map or list? If not, its end is passed. */
  #more(): boolean {
    if ((this.#events[this.#next] as Event).type !== EVENT_ID.POP) return true
    this.#next++
    return false
  }

  #tooMany(): void {
    if (this.#members - MOST_MEMBERS > 1) return
    const much = `with its aliases it has more than ${MOST_MEMBERS} members`
    this.#refuse(this.#offset, much, 'repeat less: aliases of aliases multiply')
  }

  #untagged({ tagStart, tagEnd }: Exclude<Event, { type: 1 | 5 | 6 }>): void {
    if (tagStart === -1) return
    const tag = this.#text.slice(tagStart, Math.min(tagEnd, tagStart + 60))
    this.#refuse(tagStart, `${tag} is a tag, and contracts have none`, 'write the value without a tag')
  }

  /** What it names is one tree wherever it is repeated: it may not grow, and need not be read again. */
  #alias(start: number, end: number): Tree {
    const name = this.#text.slice(start, Math.min(end, start + 60))
    const target = this.#anchors.get(this.#text.slice(start, end))
    this.#offset = start - 1
    const before = this.#members
    this.#members += target?.members ?? 0
    if (this.#members > MOST_MEMBERS && before <= MOST_MEMBERS) {
      this.#members = MOST_MEMBERS + 1
      this.#tooMany()
    }
    if (target?.tree !== undefined) return target.tree
    const what = target === undefined ? 'names no anchor above it' : 'stands within its own anchor'
    this.#refuse(start - 1, `*${name} ${what}`, 'name an anchor that ends above')
    return { kind: 'scalar', at: start - 1, value: null }
  }

  #map(at: number): Tree {
    const entries = new Map<string, Entry>()
    let merged: Tree | undefined
    while (this.#more()) {
      const key = this.#events[this.#next] as Event
      const name = this.#name(key)
      const position = this.#offset
      if (name === '<<' && key.type === EVENT_ID.SCALAR && key.style === SCALAR_STYLE.PLAIN) {
        if (merged !== undefined) this.#refuse(position, 'a second << in one map', 'write <<: [*one, *other]')
        merged = this.#node()
        continue
      }
      const first = name === undefined ? undefined : entries.get(name)
      if (first !== undefined) {
        const line = this.#problems.places.of(first.at).line
        this.#refuse(position, `"${name}" stands here twice, first on line ${line}`, 'keep one of them', name)
      }
      const value = this.#node()
      if (name !== undefined && first === undefined) entries.set(name, { at: position, value })
    }
    if (merged !== undefined) this.#merge(merged, entries)
    return { kind: 'map', at, entries }
  }

  #name(event: Event): string | undefined {
    const plainly = event.type === EVENT_ID.SCALAR && event.anchorStart === -1 && event.tagStart === -1
    const name = plainly ? this.#plainName(event) : this.#otherName(event)
    if (name === undefined) this.#refuse(this.#offset, 'this is no name of a field', 'write NAME: value')
    return name
  }

  /** Nearly every name: no tree needs to be made of it. */
  #plainName(event: ScalarEvent): string | undefined {
    this.#next++
    const start = startOf(event)
    if (start !== -1) this.#offset = start
    return nameOf(this.#text, event)
  }

  #otherName(event: Event): string | undefined {
    const tree = this.#node()
    return event.type === EVENT_ID.SCALAR ? nameOf(this.#text, event) : named(event, tree)
  }

  /** What stands in the map itself counts before what is merged into it; of several maps the first counts. */
  #merge(tree: Tree, entries: Map<string, Entry>): void {
    const sources = tree.kind === 'list' ? tree.items : [tree]
    for (const source of sources) {
      if (source.kind !== 'map') {
        this.#refuse(source.at, '<< merges something that is no map', 'write <<: *anchor of a map')
        continue
      }
      for (const [name, entry] of source.entries) if (!entries.has(name)) entries.set(name, entry)
    }
  }
}

/** Of a name that is an alias, what it stands for. */
function named({ type }: Event, tree: Tree): string | undefined {
  if (type !== EVENT_ID.ALIAS || tree.kind !== 'scalar' || tree.value === null) return undefined
  return String(tree.value)
}

const isQuoted = ({ style }: ScalarEvent): boolean =>
  style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED

/** -1 where nothing is written. Quotes belong to what is quoted. */
function startOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1
    case EVENT_ID.SCALAR:
      if (event.valueStart === -1) return event.anchorStart === -1 ? event.tagStart : event.anchorStart - 1
      return isQuoted(event) ? event.valueStart - 1 : event.valueStart
    default:
      return -1
  }
}
