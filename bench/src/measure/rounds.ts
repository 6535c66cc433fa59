/**
 * Rounds: every contender of every case, again and again, in an order that is drawn afresh.
 *
 * On a shared machine the second half of a minute may be half as fast as the first. Contenders that are
 * measured one after the other are then compared by the hour of the day; here a round is short, all take
 * part in it, and a ratio is made within one visit of a case and only then its median over the rounds.
 *
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Case, Loop } from '../case.js'

/** ns a call of one contender, one number a round. */
export type Samples = Record<string, Record<string, number[]>>

export interface RoundSettings {
  readonly rounds: number
  /** Time that a sample should take, ms. */
  readonly sampleMs: number
  /** Time for which each contender runs before it is measured, ms. */
  readonly warmMs: number
}

/**
 * Flags for a process that measures. A collection before a sample keeps the garbage of one contender out
 * of the next one's time, but many collections between two samples of a function flush its code: every
 * contender would be measured cold.
 */
export const ROUND_FLAGS = ['--expose-gc', '--no-flush-bytecode']

/** Calls between two turns of the event loop, which no service goes without; they are part of the time. */
const TURN = 1_000
const FEWEST = 20
const MOST = 50_000

/** @returns ms */
async function time(loop: Loop, calls: number): Promise<number> {
  const from = performance.now()
  for (let left = calls; left > 0; left -= TURN) {
    await loop(Math.min(TURN, left))
    await turn()
  }
  return performance.now() - from
}

async function sample(one: Case, contender: string, calls: number): Promise<number> {
  const loop = one.contenders[contender] as Loop
  // What ran in between may have cost the loop its optimised code: it gets hot again unmeasured.
  if (!one.before) await time(loop, Math.ceil(calls / 3))
  await one.before?.(contender, calls)
  globalThis.gc?.({ type: 'minor' })
  const ms = await time(loop, calls)
  await one.after?.(contender, calls)
  return (ms * 1e6) / calls
}

/** Runs a contender until it is hot. @returns calls for a sample */
async function warm(one: Case, contender: string, { sampleMs, warmMs }: RoundSettings): Promise<number> {
  let calls = one.calls ?? FEWEST
  let best = Number.POSITIVE_INFINITY
  const until = performance.now() + warmMs
  do {
    best = Math.min(best, await sample(one, contender, calls))
    if (one.calls === undefined) calls = clamp(Math.min(calls * 4, (sampleMs * 1e6) / best))
  } while (performance.now() < until)
  return calls
}

const clamp = (calls: number) => Math.max(FEWEST, Math.min(MOST, Math.round(calls)))

/** @throws Error where a case finds that its calls did not do what they claim */
export async function measure(cases: readonly Case[], settings: RoundSettings): Promise<Samples> {
  const samples: Samples = {}
  const calls = new Map<Loop, number>()
  for (const one of cases) {
    samples[one.name] = Object.fromEntries(Object.keys(one.contenders).map((contender) => [contender, []]))
    await one.enter?.()
    for (const [contender, loop] of Object.entries(one.contenders))
      calls.set(loop, await warm(one, contender, settings))
    await one.leave?.()
  }
  for (let round = 0; round < settings.rounds; round++) {
    for (const one of shuffled(cases)) {
      await one.enter?.()
      for (const [contender, loop] of shuffled(Object.entries(one.contenders))) {
        samples[one.name]?.[contender]?.push(await sample(one, contender, calls.get(loop) as number))
      }
      await one.leave?.()
    }
  }
  return samples
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
