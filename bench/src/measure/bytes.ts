/**
 * Bytes: what one call puts on the heap.
 *
 * Counted as growth of the used heap over calls between which nothing is collected, which needs a new
 * space larger than all of them together. Unlike time it does not suffer from a busy machine.
 *
 * @module
 */
import type { Case, Loop } from '../case.js'
import { median } from './figures.js'

/** Flags for the process that counts. */
export const BYTES_FLAGS = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']

const CALLS = 2_000
const WARM = 4_000

export async function bytesPerCall(one: Case, rounds: number): Promise<Record<string, number>> {
  const bytes: Record<string, number> = {}
  for (const [contender, loop] of Object.entries(one.contenders)) {
    await loop(WARM)
    const samples: number[] = []
    for (let round = 0; round < rounds; round++) samples.push(await grown(loop))
    bytes[contender] = Math.round(median(samples))
  }
  return bytes
}

async function grown(loop: Loop): Promise<number> {
  globalThis.gc?.()
  const from = process.memoryUsage().heapUsed
  await loop(CALLS)
  return (process.memoryUsage().heapUsed - from) / CALLS
}
