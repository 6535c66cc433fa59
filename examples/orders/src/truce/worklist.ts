/**
 * Work that is owed, worked off from a durable table.
 *
 * What is owed stands in the order's row until it is done: a process that ends, or a call that fails, loses
 * its promise but not the row, and the next look at the table takes it up again with the same key.
 *
 * @module
 */
export interface Worklist {
  /** Look now instead of at the next poll. */
  readonly wake: () => void
  readonly close: () => void
}

export interface WorklistOptions<T extends { readonly id: string }> {
  readonly owed: () => readonly T[]
  /** Does one, and marks it done in the table. A rejection leaves it owed. */
  readonly work: (item: T, signal: AbortSignal) => Promise<void>
  /** Few, so that catching up does not crowd out fresh orders. */
  readonly atOnce: number
  readonly pollMs: number
}

export function worklist<T extends { readonly id: string }>(options: WorklistOptions<T>): Worklist {
  const running = new Set<string>()
  const closing = new AbortController()

  function look(): void {
    if (closing.signal.aborted || running.size >= options.atOnce) return
    for (const item of options.owed()) {
      if (running.size >= options.atOnce) return
      if (!running.has(item.id)) void start(item)
    }
  }

  async function start(item: T): Promise<void> {
    running.add(item.id)
    let done = false
    try {
      await options.work(item, closing.signal)
      done = true
    } catch {
      // Still owed: the next poll, not this moment, tries again.
    } finally {
      running.delete(item.id)
    }
    if (done) look()
  }

  const timer = setInterval(look, options.pollMs)
  look()
  return {
    wake: look,
    close() {
      clearInterval(timer)
      closing.abort()
    },
  }
}
