/**
 * Ladder: all storms, one after the other, and what is to be said of them together.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { loadScenario, parseScenario } from '../scenario/load.js'
import type { Scenario } from '../scenario/model.js'
import { climb, type Rung } from './climb.js'
import { documentOf } from './document.js'
import { drawnStorm } from './drawn.js'
import { FIRST_LIST, LADDER, type Storm } from './table.js'

export type Column = keyof Rung
/** One number a column. */
export type Figures = Readonly<Record<Column, number>>

export interface Climbed {
  readonly rungs: Readonly<Record<string, Rung>>
  /** Over the storms of the first list among them, by which Truce's defaults were chosen. */
  readonly mean: Figures
  /** The least difference to doing nothing, over all of them; where it is. */
  readonly worst: Readonly<Record<Column, { readonly against: number; readonly in: string }>>
}

export interface LadderOptions {
  /** The first seed; default 11. */
  readonly seed?: number | undefined
  /** Runs of each storm; default 5. */
  readonly seeds?: number | undefined
  /** Instances that call, where a storm has the usual twenty. */
  readonly instances?: number | undefined
  /** Names of storms, or how the notes call them; default: all. */
  readonly only?: readonly string[] | undefined
  /** Instead of the ladder's storms so many that are drawn by chance, of the same first seed. */
  readonly drawn?: number | undefined
  /** Hears of each storm when it is done. */
  readonly progress?: ((done: number, all: number, name: string) => void) | undefined
}

/** The notes' seeds. */
const SEED = 11
const SEEDS = 5

/**
 * Runs the ladder.
 *
 * @throws RangeError for a storm that there is not
 * @example
 * const { mean, worst } = climbAll({ seeds: 1, only: ['b2'] })
 */
export function climbAll(options: LadderOptions = {}): Climbed {
  const { only = [], drawn, progress, seed = SEED, seeds = SEEDS, instances } = options
  const storms = drawn === undefined ? chosen(only) : Array.from({ length: drawn }, (_, i) => drawnStorm(seed, i))
  const rungs: Record<string, Rung> = {}
  for (const [done, storm] of storms.entries()) {
    rungs[storm.name] = climb(drawn === undefined ? scenarioOf(storm) : scenarioOfDrawn(storm), {
      seed,
      seeds,
      instances,
    })
    progress?.(done + 1, storms.length, storm.name)
  }
  return { rungs, mean: meanOf(rungs), worst: worstOf(rungs) }
}

function chosen(only: readonly string[]): readonly Storm[] {
  for (const name of only) {
    if (!LADDER.some((storm) => isCalled(storm, name)))
      throw new RangeError(`there is no storm ${name}; known are ${LADDER.map((storm) => storm.called).join(', ')}`)
  }
  return only.length === 0 ? LADDER : LADDER.filter((storm) => only.some((name) => isCalled(storm, name)))
}

const isCalled = ({ name, called }: Storm, asked: string) => asked === name || asked === called

function scenarioOf({ name }: Storm): Scenario {
  const file = fileURLToPath(new URL(`../../scenarios/ladder/${name}.yaml`, import.meta.url))
  const { scenario, problems } = loadScenario(file)
  if (scenario === undefined) throw new Error(`${file}: ${problems.map(({ message }) => message).join('; ')}`)
  return scenario
}

function scenarioOfDrawn(storm: Storm): Scenario {
  const { scenario, problems } = parseScenario(documentOf(storm), storm.name)
  if (scenario === undefined) throw new Error(`${storm.name}: ${problems.map(({ message }) => message).join('; ')}`)
  return scenario
}

const COLUMNS = ['none', 'naive', 'backoff', 'truce', 'truceDropsExpired', 'truceAdmission'] as const

/** Of the first list's storms; of all of them where none of those was run. */
export function meanOf(rungs: Readonly<Record<string, Rung>>): Figures {
  const first = FIRST_LIST.flatMap(({ name }) => rungs[name] ?? [])
  const all = first.length > 0 ? first : Object.values(rungs)
  return each((column) => all.reduce((sum, rung) => sum + rung[column], 0) / all.length)
}

export function worstOf(rungs: Readonly<Record<string, Rung>>): Climbed['worst'] {
  return each((column) => {
    let worst = { against: Number.POSITIVE_INFINITY, in: '' }
    for (const [name, rung] of Object.entries(rungs)) {
      const against = rung[column] - rung.none
      if (against < worst.against) worst = { against, in: name }
    }
    return worst
  })
}

const each = <T>(of: (column: Column) => T): Readonly<Record<Column, T>> => ({
  none: of('none'),
  naive: of('naive'),
  backoff: of('backoff'),
  truce: of('truce'),
  truceDropsExpired: of('truceDropsExpired'),
  truceAdmission: of('truceAdmission'),
})

export { COLUMNS }
