/**
 * Panels: what is drawn over time. One panel a measure, one line a strategy, all to one scale.
 *
 * @module
 */
import type { Series, StrategySeries } from '../measure/series.js'
import { count, percent } from './numbers.js'

export interface Panel {
  readonly key: string
  readonly title: string
  readonly about: string
  /** The largest value of any line; the top of the scale. */
  readonly most: number
  readonly lines: readonly Line[]
  readonly show: (value: number) => string
}

export interface Line {
  readonly strategy: string
  readonly values: readonly number[]
}

interface Measure {
  readonly key: string
  readonly title: string
  readonly about: string
  readonly of: (series: StrategySeries) => readonly number[]
  /** Counts become rates; levels stay. */
  readonly rate?: true
  readonly show: (value: number) => string
}

const perSecond = (value: number) => `${count(value)}/s`

const MEASURES: readonly Measure[] = [
  {
    key: 'attempts',
    title: 'load',
    about: 'attempts sent, originals and retries',
    of: ({ attempts }) => attempts,
    rate: true,
    show: perSecond,
  },
  {
    key: 'originals',
    title: 'originals',
    about: 'first attempts sent',
    of: ({ originals }) => originals,
    rate: true,
    show: perSecond,
  },
  {
    key: 'retries',
    title: 'retries',
    about: 'attempts after the first',
    of: ({ retries }) => retries,
    rate: true,
    show: perSecond,
  },
  {
    key: 'succeeded',
    title: 'goodput',
    about: 'calls that succeeded',
    of: ({ succeeded }) => succeeded,
    rate: true,
    show: perSecond,
  },
  {
    key: 'failed',
    title: 'failed calls',
    about: 'calls that ended without success after an attempt',
    of: ({ failed }) => failed,
    rate: true,
    show: perSecond,
  },
  {
    key: 'refused',
    title: 'refused calls',
    about: 'calls that the strategy refused before any attempt',
    of: ({ refused }) => refused,
    rate: true,
    show: perSecond,
  },
  {
    key: 'breaker',
    title: 'breakers open',
    about: 'share of the instances whose breaker is not closed',
    of: ({ breakerOpenShare }) => breakerOpenShare,
    show: percent,
  },
  {
    key: 'budget',
    title: 'budget',
    about: 'retries that an instance could pay for, on average',
    of: ({ budgetTokens }) => budgetTokens,
    show: count,
  },
  {
    key: 'governor',
    title: 'governor',
    about: 'its level on average: 2 lets all retries go, below 0.8 originals are shed',
    of: ({ governor }) => governor,
    show: count,
  },
]

/** Measures that are nothing throughout are left out. Queues come after goodput, one panel a dependency. */
export function panelsOf({ bucketMs, strategies }: Series): readonly Panel[] {
  const all = Object.entries(strategies)
  const panel = ({ of, rate, ...measure }: Measure): Panel => {
    const scale = rate === true ? 1_000 / bucketMs : 1
    const lines = all.map(([strategy, series]) => ({ strategy, values: of(series).map((value) => value * scale) }))
    return { ...measure, lines, most: highest(lines) }
  }
  const at = MEASURES.findIndex(({ key }) => key === 'breaker')
  const measures = [...MEASURES.slice(0, at), ...queues(all.flatMap(([, series]) => series)), ...MEASURES.slice(at)]
  return measures.map(panel).filter(({ most }) => most > 0)
}

function queues(strategies: readonly StrategySeries[]): readonly Measure[] {
  const names = new Set(strategies.flatMap(({ dependencies }) => Object.keys(dependencies)))
  return [...names].map((name) => ({
    key: `queue-${name}`,
    title: `queue of ${name}`,
    about: `attempts that wait before ${name}`,
    of: ({ dependencies }: StrategySeries) => dependencies[name]?.queue ?? [],
    show: count,
  }))
}

const highest = (lines: readonly Line[]): number =>
  lines.reduce((most, { values }) => values.reduce((high, value) => Math.max(high, value), most), 0)
