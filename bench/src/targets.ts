/**
 * Targets: what a guarded call may cost, as numbers that a run can be held against.
 *
 * @module
 */
import type { Report } from './report.js'

export interface Target {
  /** The case it belongs to. */
  readonly of: string
  readonly what: string
  readonly most: number
  /** `undefined` or NaN where the run did not measure it. */
  readonly value: (report: Report) => number | undefined
}

const ratio = (name: string, most: number): Target => ({
  of: name,
  what: `${name}: truce ÷ bare`,
  most,
  value: ({ ratios }) => ratios[name]?.['truce'],
})

const against = (peer: string, most: number, what: string): Target => ({
  of: 'd-unread',
  what: `d-unread: truce ÷ ${peer} (${what})`,
  most,
  value: ({ cases }) => divided(cases['d-unread']?.['truce'], cases['d-unread']?.[peer]),
})

export const TARGETS: readonly Target[] = [
  ratio('a', 3),
  ratio('b-window', 5),
  ratio('b-consecutive', 3),
  ratio('c', 5.5),
  ratio('d-unread', 9),
  against('cockatiel', 1 / 50, 'a fiftieth'),
  against('opossum', 1 / 2, 'half'),
  { of: 'd-unread', what: 'd-unread: bytes a call', most: 1_200, value: ({ bytes }) => bytes['d-unread']?.['truce'] },
  {
    of: 'd-in-flight',
    what: 'd-in-flight ÷ d-unread, each by its bare',
    most: 1.25,
    value: ({ ratios }) => divided(ratios['d-in-flight']?.['truce'], ratios['d-unread']?.['truce']),
  },
  {
    of: 'd-read',
    what: 'd-read: truce − AbortController, ns (best rounds)',
    most: 1_500,
    value: ({ best }) => minus(best['d-read']?.['truce'], best['d-read']?.['AbortController']),
  },
  {
    of: 'd-log',
    what: 'd-log: with the log − without, ns',
    most: 1_500,
    value: ({ cases }) => minus(cases['d-log']?.['truce'], cases['d-log']?.['quiet']),
  },
  ratio('e-a', 1.6),
  ratio('e-c', 1.6),
  ratio('e-d', 2.5),
  {
    of: 'f-100000',
    what: 'f: 100,000 ÷ 100 in the window, each by its bare',
    most: 1.2,
    value: ({ ratios }) => divided(ratios['f-100000']?.['truce'], ratios['f-100']?.['truce']),
  },
  ratio('g', 3.5),
  {
    of: 'g-before',
    what: 'g-before: bare with truce in use ÷ without truce',
    // Noise of two medians of the same thing.
    most: 1.1,
    value: ({ cases }) => divided(cases['g-before']?.['bare'], cases['g-before']?.['alone']),
  },
  { of: 'gzip', what: 'gzip: retry, bytes', most: 4_000, value: ({ gzip }) => gzip['retry'] },
  { of: 'gzip', what: 'gzip: dependency, bytes', most: 10_000, value: ({ gzip }) => gzip['dependency'] },
]

function divided(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b
}

function minus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}
