/**
 * Sparkline: a series in one line of text.
 *
 * @module
 */

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** As many signs as `width`, or as there are values; a share of `most` each, blank where it is 0. */
export function sparkline(values: readonly number[], most: number, width: number): string {
  return shrunk(values, width)
    .map((value) => (value <= 0 || most <= 0 ? ' ' : (BARS[Math.min(7, Math.floor((8 * value) / most))] ?? ' ')))
    .join('')
}

/** As many values as `width` or fewer: each the mean of as many neighbours. */
export function shrunk(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values
  return Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * values.length) / width)
    const until = Math.max(from + 1, Math.floor(((i + 1) * values.length) / width))
    const part = values.slice(from, until)
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
}
