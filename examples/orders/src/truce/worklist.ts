/**
 * Work that is owed, worked off from a durable table.
 *
 * What is owed stands in the order's row until it is done: a process that ends, or a call that fails, loses
 * its promise but not the row, and a later look at the table takes it up again with the same key. What
 * failed waits for its time, so that a few items which can only fail do not starve the rest.
 *
 * @module
 */
import type { Random } from '../random.js'
import { dueTimes } from './due.js'

export interface Worklist {
  /** Look now instead of at the next poll. */
  readonly wake: () => void
  readonly close: () => void
  /** Items that got a permanent answer: owed, but not tried until a restart or a long time has passed. */
  readonly parked: () => number
}

/** `done`: marked in the table. `again`: still owed, may pass. `park`: still owed, and asking again does not help. */
export type WorkEnd = 'done' | 'again' | 'park'

export interface WorklistOptions<T extends { readonly id: string }> {
  readonly owed: () => readonly T[]
  /** Does one, and marks it done in the table. A rejection is `again`. */
  readonly work: (item: T, signal: AbortSignal) => Promise<WorkEnd>
  /** Few, so that catching up does not crowd out fresh orders. */
  readonly atOnce: number
  readonly pollMs: number
  /** ms, from a clock that does not jump. */
  readonly now: () => number
  readonly random: Random
}

export function worklist<T extends { readonly id: string }>(options: WorklistOptions<T>): Worklist {
  const running = new Set<string>()
  const due = dueTimes(options.random)
  const closing = new AbortController()

  function look(): void {
    if (closing.signal.aborted || running.size >= options.atOnce) return
    for (const item of due.inTurn(options.owed(), options.now())) {
      if (running.size >= options.atOnce) return
      if (!running.has(item.id)) void start(item)
    }
  }

  async function start(item: T): Promise<void> {
    running.add(item.id)
    let end: WorkEnd = 'again'
    try {
      end = await options.work(item, closing.signal)
    } catch {
      // Still owed: what threw may pass, and must not end the process.
    }
    running.delete(item.id)
    if (end === 'again') due.again(item.id, options.now())
    else if (end === 'park') due.park(item.id, options.now())
    else {
      due.forget(item.id)
      // After a failure the next poll looks: a dependency that refuses at once is not asked at that pace.
      look()
    }
  }

  const timer = setInterval(look, options.pollMs)
  look()
  return {
    wake: look,
    close() {
      clearInterval(timer)
      closing.abort()
    },
    parked: () => due.parked,
  }
}
