/**
 * Faults in words, and where they are on the axis of time.
 *
 * @module
 */
import type { Fault, FaultKind, Scenario } from '../scenario/model.js'
import { percent, time } from './numbers.js'

export interface Span {
  readonly from: number
  readonly until: number
}

export interface FaultLine extends Span {
  /** `20 s to 30 s: server frozen`. */
  readonly text: string
}

/** In the order of time, those that say the same of several spans apart. */
export function faultLines({ dependencies, durationMs }: Scenario): readonly FaultLine[] {
  return dependencies
    .flatMap(({ name, faults }) => faults.map((fault) => lineOf(name, fault, durationMs)))
    .toSorted((one, other) => one.from - other.from)
}

/** Where anything is wrong: overlapping faults as one span. */
export function troubled(lines: readonly Span[]): readonly Span[] {
  const spans: Span[] = []
  for (const { from, until } of lines.toSorted((one, other) => one.from - other.from)) {
    const last = spans.at(-1)
    if (last !== undefined && from <= last.until) {
      spans[spans.length - 1] = { from: last.from, until: Math.max(last.until, until) }
    } else spans.push({ from, until })
  }
  return spans
}

function lineOf(name: string, { at, until, share, kind }: Fault, end: number): FaultLine {
  const whom = share < 1 ? `${percent(share)} of the attempts at ${name}` : name
  const last = Math.min(until, end)
  return { from: at, until: last, text: `${time(at)} to ${time(last)}: ${whom} ${wordsOf(kind)}` }
}

function wordsOf(kind: FaultKind): string {
  switch (kind.is) {
    case 'down':
      return kind.hang ? 'never answered' : 'refused at once'
    case 'frozen':
      return 'frozen'
    case 'errors':
      return `failing, ${percent(kind.share)} with ${kind.class}`
    case 'slow':
      return `slower, ${kind.times} ×`
    case 'workers':
      return `left with ${kind.left} workers`
    case 'lost':
      return `losing ${percent(kind.share)} of its answers`
  }
}
