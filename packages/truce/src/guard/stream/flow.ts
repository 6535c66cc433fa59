/**
 * Flow: chunks passed on one by one, as they are asked for, and none ahead but the first.
 *
 * Silence counts only while somebody waits for a chunk: a consumer that takes a minute over each is slow
 * itself. And whatever is given up, its reader is told by this file and not by the source: clients that end
 * quietly when they are aborted would make half an answer look whole.
 *
 * @module
 */
import type { Hold, Watch } from './hold.js'
import type { Timer } from '../timer.js'

type Chunk = IteratorResult<unknown, unknown>

/** Where chunks come from. Neither throws: they reject. */
export interface Source {
  next(sent: unknown): Promise<Chunk>
  /** No more is wanted. */
  leave(last: unknown): Promise<Chunk>
}

const CANCELLED = 'the stream was cancelled'
const DONE: Chunk = Object.freeze({ done: true, value: undefined })

interface Asked {
  resolve(chunk: Chunk): void
  reject(reason: unknown): void
}

export class Flow implements Timer, Watch {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  handed: unknown
  /** Told when it is broken while nobody asks for a chunk. */
  onBroken: ((reason: unknown) => void) | undefined
  readonly #hold: Hold
  readonly #source: Source
  /** Read ahead: the first one, which somebody had to wait for. */
  #first: Chunk | undefined
  #failed: { readonly reason: unknown } | undefined
  #left = false
  readonly #asked = new Set<Asked>()

  constructor(hold: Hold, source: Source) {
    this.#hold = hold
    this.#source = source
  }

  async open(): Promise<void> {
    const first = await this.#ask(undefined)
    this.#first = first
  }

  opened(): void {}

  next(sent?: unknown): Promise<Chunk> {
    const first = this.#first
    this.#first = undefined
    if (this.#failed) return heard(failed(this.#failed.reason))
    if (this.#left) return Promise.resolve(DONE)
    return first ? Promise.resolve(first) : this.#ask(sent)
  }

  /** The reader wants no more. @param last handed to the source */
  leave(last: unknown): Promise<Chunk> {
    if (this.#failed) return Promise.resolve({ done: true, value: last })
    this.#left = true
    this.#first = undefined
    // The source first: it may have something to tidy up, before the signal ends it.
    const left = this.#source.leave(last)
    for (const asked of this.#take()) asked.resolve(DONE)
    this.#hold.leave(CANCELLED)
    return heard(left)
  }

  broken(reason: unknown): void {
    this.#failed = { reason }
    this.#first = undefined
    const asked = this.#take()
    for (const one of asked) one.reject(reason)
    if (asked.length === 0) this.onBroken?.(reason)
    void heard(this.#source.leave(reason))
  }

  ring(): void {
    this.#hold.silent()
  }

  #ask(sent: unknown): Promise<Chunk> {
    const answer = new Promise<Chunk>((resolve, reject) => {
      const asked = { resolve, reject }
      this.#asked.add(asked)
      if (this.#asked.size === 1) this.#wait()
      this.#source.next(sent).then(
        (chunk) => {
          // Given up, or left: whoever asked has heard.
          if (!this.#came(asked)) return
          if (chunk.done) this.#hold.ended()
          asked.resolve(chunk)
        },
        (error: unknown) => {
          if (!this.#came(asked)) return
          this.#hold.broke(error)
          asked.reject(error)
        },
      )
    })
    return heard(answer)
  }

  #came(asked: Asked): boolean {
    const { wheel } = this.#hold.core
    if (!this.#asked.delete(asked)) return false
    wheel.remove(this)
    if (this.#asked.size > 0) this.#wait()
    else this.#hold.reads(undefined)
    return true
  }

  #wait(): void {
    const { core, idle, open } = this.#hold
    if (!open) return
    this.#hold.reads(this)
    core.wheel.add(this, core.clock.now(), idle, false)
  }

  #take(): Asked[] {
    this.#hold.core.wheel.remove(this)
    const asked = [...this.#asked]
    this.#asked.clear()
    return asked
  }
}

/** Whoever asked for a chunk may have gone: then nobody misses that it did not come. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** With the reason as it is, which need not be an Error. */
async function failed(reason: unknown): Promise<never> {
  throw reason
}
