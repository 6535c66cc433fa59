/**
 * Explorer: every interleaving of up to three workers on one key, through the engine's own steps.
 *
 * A worker can crash or be held up at each of its steps; commands are lost, late or unanswered, leases end,
 * handlers fail. What the scheduler drives are `advance` and the steps of the record themselves, not a model
 * of them. No state may break an invariant: no second effect, no silent re-run, no lost result, no two
 * callers with different answers, nobody left without one.
 *
 * A caller that repeats its call is one more worker with the same key: nothing in the engine tells the two
 * apart. States that differ in names only are one state. `TRUCE_EXPLORE=full` explores the larger space as
 * well. A failure prints the shortest way to it.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { explore, shortest, story } from './explore.js'
import { FAULTS, withFault } from './faults.js'
import { ZOMBIE } from './handler.js'
import { scenario } from './scenario.js'
import { ALWAYS, FULL } from './scenarios.js'
import { STEPS } from './steps.js'

const full = process.env['TRUCE_EXPLORE'] === 'full'

/** Until the machine must be taken for hung. */
const HUNG = full ? 3_600_000 : 300_000

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** 1234567 as 1,234,567; long ones as 1.23e45. */
function figure(value: number | bigint): string {
  const digits = value.toString()
  return digits.length > 12 ? `${digits[0]}.${digits.slice(1, 3)}e${digits.length - 1}` : value.toLocaleString('en')
}

describe('every interleaving', () => {
  let states = 0
  let moves = 0
  let schedules = 0n

  it.each(full ? [...ALWAYS, ...FULL] : ALWAYS)(
    '$name',
    (each) => {
      const explored = explore(each, STEPS)
      print(`${each.name}: ${figure(explored.states)} states, ${figure(explored.schedules)} schedules`)
      states += explored.states
      moves += explored.moves
      schedules += explored.schedules
      const trace = explored.broken.size > 0 ? shortest(each, STEPS) : undefined
      expect(trace && story(trace)).toBeUndefined()
      expect(explored.broken).toEqual(new Set())
    },
    HUNG,
  )

  afterAll(() => print(`explored: ${figure(states)} states, ${figure(moves)} moves, ${figure(schedules)} schedules`))
})

describe('the proof can fail', () => {
  it.each(FAULTS)(
    'finds $name',
    (fault) => {
      expect(shortest(fault.scenario, STEPS), 'without the fault nothing is found').toBeUndefined()
      const trace = shortest(fault.scenario, withFault(fault), (broken) => broken.startsWith(fault.breaks))
      expect(trace, 'the fault is found').toBeDefined()
      if (trace) print(`${fault.name}\n${story(trace)}\n`)
    },
    HUNG,
  )
})

describe('what the rest of the world owes', () => {
  const late = { calls: 2, budget: { crashes: 1, time: 2 } } as const

  // The limit of every lease: nobody can stop a worker that was held up between its last look and its write.
  it.each(['unfenced', 'fenced-writes'] as const)(
    'an effect that is %s happens twice, but only by a zombie',
    (hook) => {
      const { broken } = explore(scenario(hook, { ...late, hook }), STEPS)
      expect(broken).toEqual(new Set([ZOMBIE]))
    },
  )

  it('an effect that refuses older fences, from the look of the hook on, happens once', () => {
    expect(explore(scenario('fenced', { ...late, hook: 'fenced' }), STEPS).broken).toEqual(new Set())
  })

  it('a look that does not see locks calls a commit under way rolled back', () => {
    const snapshot = scenario('snapshot', { mode: 'transaction', calls: 1, look: 'snapshot', budget: { faults: 1 } })
    expect(shortest(snapshot, STEPS)?.broken).toMatch(/^what is denied stays undone/)
    expect(shortest({ ...snapshot, look: 'locks' }, STEPS)).toBeUndefined()
  })
})
