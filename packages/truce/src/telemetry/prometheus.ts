/**
 * Prometheus text: metrics as a scrape reads them, without a client library.
 *
 * @module
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4)
 */
import { BUCKETS_PER_OCTAVE } from './histogram.js'
import { type Distribution, type Labels, metrics } from './metrics.js'

const PREFIX = 'truce_'

/**
 * Everything counted in this process, in Prometheus's text format.
 *
 * Histograms show one bucket an octave (28 a series instead of 106): each `le` is twice the one before.
 *
 * @returns the body of a scrape; its content type is `text/plain; version=0.0.4; charset=utf-8`
 * @example
 * import { createServer } from 'node:http'
 *
 * createServer((_, answer) => answer.setHeader('content-type', 'text/plain; version=0.0.4').end(prometheusText()))
 */
export function prometheusText(): string {
  const lines: string[] = []
  for (const metric of metrics()) {
    if (metric.values.length === 0) continue
    const name = PREFIX + metric.name
    lines.push(`# HELP ${name} ${escape(metric.help)}`, `# TYPE ${name} ${metric.type}`)
    if (metric.type === 'histogram') for (const value of metric.values) lines.push(...distributionLines(name, value))
    else for (const { labels, value } of metric.values) lines.push(line(name, labels, value))
  }
  return lines.map((text) => `${text}\n`).join('')
}

/** Cumulative: each bucket counts all values of at most its bound. */
function distributionLines(name: string, { labels, count, sum, buckets }: Distribution): string[] {
  const lines: string[] = []
  let below = 0
  for (const [index, bucket] of buckets.entries()) {
    below += bucket.count
    const shown = index % BUCKETS_PER_OCTAVE === 0 || index === buckets.length - 1
    if (shown) lines.push(line(`${name}_bucket`, { ...labels, le: number(bucket.le) }, below))
  }
  return [...lines, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)]
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text).replaceAll('"', '\\"')}"`)
  return `${name}{${pairs.join(',')}} ${number(value)}`
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function number(value: number): string {
  return String(value).replace('Infinity', value > 0 ? '+Inf' : 'Inf')
}
