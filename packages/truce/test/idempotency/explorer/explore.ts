/**
 * Explore: every state that a scenario can reach, each once.
 *
 * Depth first, so that the schedules through the states can be counted on the way back: those from a state
 * are the sum of those from its successors. A state that is met again on its own way would be a schedule
 * without end, and is an error of the explorer.
 *
 * @module
 */
import { Canon } from './canonical.js'
import { broken, brokenAtTheEnd } from './invariants.js'
import { moves } from './moves.js'
import type { Scenario } from './scenario.js'
import type { Steps } from './steps.js'
import { newWorld, readable, type World } from './world.js'

export interface Explored {
  readonly states: number
  readonly moves: number
  /** Ways from the beginning to an end. */
  readonly schedules: bigint
  /** The longest of them, in moves. */
  readonly longest: number
  /** Invariants that are broken somewhere. */
  readonly broken: ReadonlySet<string>
}

interface Ways {
  readonly schedules: bigint
  readonly longest: number
}

const OPEN: Ways = { schedules: 0n, longest: -1 }

/** @param tolerates broken invariants at which the exploration goes on */
export function explore(scenario: Scenario, steps: Steps): Explored {
  const canon = new Canon()
  const met = new Map<string, Ways>()
  const found = new Set<string>()
  let edges = 0

  function ways(world: World): Ways {
    const key = canon.key(world)
    const known = met.get(key)
    if (known === OPEN) throw new Error('a cycle: some move of the explorer can be repeated for ever')
    if (known) return known
    const wrong = broken(world)
    // What follows a broken invariant is no news.
    if (wrong !== undefined) return end(key, wrong)
    const next = moves(world)
    if (next.length === 0) return end(key, brokenAtTheEnd(world))
    met.set(key, OPEN)
    let schedules = 0n
    let longest = 0
    for (const { next: after, times } of next) {
      edges++
      const onwards = ways(after)
      schedules += times === 1 ? onwards.schedules : onwards.schedules * BigInt(times)
      if (onwards.longest >= longest) longest = onwards.longest + 1
    }
    const all = { schedules, longest }
    met.set(key, all)
    return all
  }

  function end(key: string, wrong: string | undefined): Ways {
    if (wrong !== undefined) found.add(readable(wrong))
    const last = { schedules: 1n, longest: 0 }
    met.set(key, last)
    return last
  }

  const { schedules, longest } = ways(newWorld(scenario, steps))
  return { states: met.size, moves: edges, schedules, longest, broken: found }
}

interface Reached {
  readonly world: World
  readonly from: Reached | undefined
  readonly what: string
}

/** The shortest way to a broken invariant (of those that are asked for), breadth first; `undefined`: there is none. */
export function shortest(
  scenario: Scenario,
  steps: Steps,
  is: (invariant: string) => boolean = () => true,
): Trace | undefined {
  const canon = new Canon()
  const first: Reached = { world: newWorld(scenario, steps), from: undefined, what: '' }
  const met = new Set([canon.key(first.world)])
  let rim = [first]
  while (rim.length > 0) {
    const beyond: Reached[] = []
    for (const here of rim) {
      const next = moves(here.world)
      const wrong = next.length === 0 ? brokenAtTheEnd(here.world) : undefined
      if (wrong !== undefined && is(wrong)) return traceOf(here, wrong, met.size)
      for (const { what, next: world } of next) {
        const key = canon.key(world)
        if (met.has(key)) continue
        met.add(key)
        const reached = { world, from: here, what }
        const now = broken(world)
        if (now !== undefined && is(now)) return traceOf(reached, now, met.size)
        beyond.push(reached)
      }
    }
    rim = beyond
  }
  return undefined
}

export interface Trace {
  readonly broken: string
  readonly moves: readonly string[]
  readonly states: number
}

function traceOf(last: Reached, wrong: string, states: number): Trace {
  const list: string[] = []
  for (let here: Reached | undefined = last; here?.from; here = here.from) list.unshift(readable(here.what))
  return { broken: readable(wrong), moves: list, states }
}

/** For people. */
export function story({ broken: wrong, moves: list }: Trace): string {
  return [wrong, ...list.map((what, index) => `${String(index + 1).padStart(3)}. ${what}`)].join('\n')
}
