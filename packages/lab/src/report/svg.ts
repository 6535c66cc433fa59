/**
 * SVG: a small chart of one series over time, to a scale that its neighbours share.
 *
 * Nothing is said by colour alone: what is stacked on top is hatched, faults are outlined bands, and each chart says in
 * its title and description what it shows.
 *
 * @module
 */
import type { Span } from './faults.js'
import { time } from './numbers.js'

export interface Chart {
  readonly id: string
  readonly title: string
  readonly description: string
  /** From below, each on top of the one before. */
  readonly areas: readonly Area[]
  readonly most: number
  readonly show: (value: number) => string
  readonly durationMs: number
  readonly bands: readonly Span[]
}

export interface Area {
  readonly values: readonly number[]
  /** Hatched, and of another colour: what is made again. */
  readonly hatched: boolean
}

const WIDTH = 300
const HEIGHT = 130
const LEFT = 46
const RIGHT = 8
const TOP = 8
const BOTTOM = 20

const round = (value: number) => Math.round(value * 10) / 10

/** The chart as an `svg` element. */
export function chart(drawn: Chart): string {
  const { id, title, description, areas, bands, durationMs } = drawn
  const top = niceTop(drawn.most)
  const x = (ms: number) => round(LEFT + ((WIDTH - LEFT - RIGHT) * ms) / durationMs)
  const y = (value: number) => round(HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / top)
  const parts = [
    `<title id="${id}-t">${escape(title)}</title>`,
    `<desc id="${id}-d">${escape(description)}</desc>`,
    ...bands.map(({ from, until }) => {
      const width = Math.max(1, x(until) - x(from))
      return `<rect class="fault" x="${x(from)}" y="${TOP}" width="${round(width)}" height="${HEIGHT - TOP - BOTTOM}"/>`
    }),
    ...[0, top / 2, top].map((value) => gridLine(y(value), drawn.show(value))),
    ...[0, durationMs / 2, durationMs].map((ms, i) => {
      const anchor = ['start', 'middle', 'end'][i]
      return `<text class="tick" x="${x(ms)}" y="${HEIGHT - 6}" text-anchor="${anchor}">${time(ms)}</text>`
    }),
    // The lowest last: where nothing is on top of it, its own line is seen.
    ...stacked(areas)
      .toReversed()
      .map((layer) => areaPath(layer, x, y, durationMs)),
  ]
  const names = `role="img" aria-labelledby="${id}-t ${id}-d"`
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" ${names}>${parts.join('')}</svg>`
}

function gridLine(y: number, label: string): string {
  const line = `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`
  return `${line}<text class="tick" x="${LEFT - 5}" y="${y + 3}" text-anchor="end">${escape(label)}</text>`
}

interface Layer {
  readonly upper: readonly number[]
  readonly lower: readonly number[]
  readonly hatched: boolean
}

function stacked(areas: readonly Area[]): readonly Layer[] {
  let top: readonly number[] = (areas[0]?.values ?? []).map(() => 0)
  return areas.map(({ values, hatched }) => {
    const lower = top
    top = values.map((value, i) => value + (lower[i] ?? 0))
    return { upper: top, lower, hatched }
  })
}

type Scale = (value: number) => number

/** A value holds for its whole bucket: steps, not slopes. */
function areaPath({ upper, lower, hatched }: Layer, x: Scale, y: Scale, durationMs: number): string {
  if (upper.length === 0) return ''
  const each = durationMs / upper.length
  const steps = (values: readonly number[]) =>
    values.map((value, i) => `${i === 0 ? '' : `H${x(i * each)}`}V${y(value)}`).join('')
  const outline = `M${x(0)} ${y(upper[0] ?? 0)}${steps(upper)}H${x(durationMs)}`
  const back = lower.toReversed()
  const under = back.map((value, i) => `V${y(value)}H${x(durationMs - (i + 1) * each)}`).join('')
  const kind = hatched ? ' hatched' : ''
  return `<path class="area${kind}" d="${outline}${under}Z"/><path class="line${kind}" d="${outline}"/>`
}

/** The next of 1, 2, 2.5, 5 × 10^n: labels with few digits. */
export function niceTop(most: number): number {
  if (!(most > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  const step = [1, 2, 2.5, 5, 10].find((each) => most <= each * power * (1 + 1e-9)) ?? 10
  return step * power
}

/** For text and attributes of a page: names come from files. */
export const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/\p{Cc}/gu, ' ')
