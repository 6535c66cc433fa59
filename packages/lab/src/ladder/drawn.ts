/**
 * Drawn storms: what nobody chose.
 *
 * Defaults that were found on a list of storms may be right for that list only. These are drawn by chance from wide
 * ranges: size and speed of the server, load, number of instances, and one to three faults of any kind, at any time.
 *
 * @module
 */
import { Draws } from '../engine/draws.js'
import type { Storm, WrittenFault } from './storm.js'

/** Attempts a second; more would only take longer. */
const MOST = 600
const INSTANCES = [1, 3, 10, 30, 100, 300]
const WORKERS = [4, 10, 20, 60]

/**
 * The `index`-th storm of a seed: always the same.
 *
 * @example
 * drawnStorm(1, 0).name // 'drawn-1-0'
 */
export function drawnStorm(seed: number, index: number): Storm {
  const draws = new Draws(seed, `storm/${index}`)
  const between = (low: number, high: number) => low + (high - low) * draws.next()
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(draws.next() * list.length)] as T

  const workers = oneOf(WORKERS)
  // By powers of two and what lies between, so that fast servers are as frequent as slow ones.
  const ms = Math.max((workers * 1_000) / MOST, oneOf([10, 20, 40, 80, 160, 320]) * between(1, 2))
  const utilisation = between(0.3, 0.98)
  const attempt = Math.round(Math.max(100, ms * between(4, 30)))
  const queue = oneOf([20, 100, 1_000])
  const faults = Array.from({ length: 1 + Math.floor(draws.next() * 3) }, (): WrittenFault => {
    const at = `${Math.round(between(15, 50))}s`
    const long = `${oneOf([1, 2, 5, 10, 20, 30])}s`
    return { at, for: long, ...oneOf(kinds(workers, between)) }
  })
  const rate = Math.round(((utilisation * workers * 1_000) / ms) * 10) / 10
  const instances = oneOf(INSTANCES)
  return {
    name: `drawn-${seed}-${index}`,
    called: `drawn-${seed}-${index}`,
    what: `${instances} instances at ${Math.round(utilisation * 100)} % load, ${faults.length} fault(s)`,
    load: { rate },
    instances,
    server: { workers, ms: Math.round(ms * 10) / 10, spread: between(0.25, 1), queue },
    timeouts: { attempt, deadline: Math.round(attempt * between(2, 4)) },
    faults,
  }
}

type Kind = Omit<WrittenFault, 'at' | 'for'>

function kinds(workers: number, between: (low: number, high: number) => number): readonly Kind[] {
  const share = (low: number, high: number) => `${Math.round(between(low, high))}%`
  const failed = between(0, 1) < 0.5 ? 'internal' : 'unavailable'
  return [
    { down: true },
    { down: true, hang: true },
    { frozen: true },
    { errors: share(5, 100), class: failed },
    { slow: Math.round(between(2, 20)) },
    { share: share(5, 60), slow: Math.round(between(5, 50)) },
    { workers: Math.max(1, Math.round(workers * between(0.1, 0.8))) },
    { lostAnswers: share(5, 60) },
  ]
}
