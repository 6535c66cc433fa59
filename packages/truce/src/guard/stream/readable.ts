/**
 * Node's Readables, watched in place.
 *
 * They are read in four ways (`pipe`, `on('data')`, `read()`, iteration), which all end in `read()` and `push()`
 * of the object itself: these two are listened to, and nothing is taken. The first byte is waited for with a
 * `readable` listener, which leaves it in the stream's own buffer.
 *
 * @module
 */
import type { Hold, Watch } from './hold.js'
import type { Timer } from '../timer.js'

/** Where a Readable tidies up; asked for by `destroy()`. */
const DESTROY = '_destroy'

/** What is asked of a Readable: a page that uses Truce has no types of Node. */
export interface Readable {
  readonly readableFlowing: boolean | null
  readonly readableLength: number
  readonly readableEnded: boolean
  readonly destroyed: boolean
  readonly errored: unknown
  read(size?: number): unknown
  push(chunk: unknown, encoding?: unknown): boolean
  pipe(to: unknown): unknown
  destroy(reason?: unknown): unknown
  [DESTROY](error: unknown, told: (error?: unknown) => void): void
  on(event: string, listener: (...args: never[]) => void): unknown
  off(event: string, listener: (...args: never[]) => void): unknown
  listenerCount(event: string): number
}

/** One that nobody reads yet. */
export function isReadable(value: object): value is Readable {
  const stream = value as Partial<Readable>
  return (
    typeof stream.pipe === 'function' &&
    typeof stream.read === 'function' &&
    typeof stream.push === 'function' &&
    typeof stream.on === 'function' &&
    stream.readableFlowing === null &&
    stream.readableEnded === false &&
    stream.destroyed === false &&
    Object.isExtensible(value)
  )
}

const ignore = (): void => {}

export class ReadableWatch implements Timer, Watch {
  due = -1
  earlier: Timer | undefined
  later: Timer | undefined
  keepsAlive = false
  readonly handed: unknown
  readonly #stream: Readable
  readonly #hold: Hold
  #settle: { resolve(): void; reject(reason: unknown): void } | undefined
  /** Reads have found nothing: somebody waits. */
  #waits = false

  /** @param handed what the caller gets: the stream, or what it is a part of */
  constructor(stream: Readable, handed: unknown, hold: Hold) {
    this.#stream = stream
    this.handed = handed
    this.#hold = hold
    stream.on('error', this.#onError)
    stream.on('end', this.#onEnd)
    stream.on('close', this.#onClose)
    stream.on('pause', this.#onPause)
    this.#listen()
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      if (this.#stream.readableLength > 0) resolve()
      else this.#stream.on('readable', this.#onReadable)
    })
  }

  opened(): void {
    // From here on errors are the caller's to hear, or not to: with a listener of ours they would be lost.
    this.#stream.off('error', this.#onError)
  }

  broken(reason: unknown): void {
    const stream = this.#stream
    this.#stop()
    this.#settle?.reject(reason)
    // Nobody may listen, and an `error` that nobody hears ends the process.
    stream.on('error', ignore)
    // One made from an iterable that hangs would hang in tidying up, and its reader with it.
    const tidyUp = stream[DESTROY].bind(stream)
    stream[DESTROY] = (error, told) => {
      tidyUp(error, ignore)
      told(error)
    }
    stream.destroy(reason)
  }

  ring(): void {
    this.#waits = false
    this.#hold.silent()
  }

  #listen(): void {
    const stream = this.#stream
    const read = stream.read.bind(stream)
    const push = stream.push.bind(stream)
    stream.read = (size) => {
      const chunk = read(size)
      if (chunk !== null) this.#stop()
      // Zero asks the source for more, and nobody for a chunk.
      else if (size !== 0) this.#wait(false)
      return chunk
    }
    stream.push = (chunk, encoding) => {
      const more = push(chunk, encoding)
      // Where it flows, a chunk goes straight to who listens: nobody has to read it.
      if (stream.readableFlowing === true && stream.readableLength === 0) this.#wait(true)
      else this.#stop()
      return more
    }
  }

  #wait(anew: boolean): void {
    const { core, idle, open } = this.#hold
    if (!open || (this.#waits && !anew)) return
    core.wheel.remove(this)
    this.#waits = true
    this.#hold.reads(this)
    core.wheel.add(this, core.clock.now(), idle, false)
  }

  #stop(): void {
    if (!this.#waits) return
    this.#waits = false
    this.#hold.core.wheel.remove(this)
    this.#hold.reads(undefined)
  }

  readonly #onReadable = (): void => {
    this.#stream.off('readable', this.#onReadable)
    // Readable, and nothing in it: the end.
    if (this.#stream.readableLength === 0) this.#hold.ended()
    this.#settle?.resolve()
  }

  readonly #onPause = (): void => this.#stop()

  readonly #onEnd = (): void => {
    this.#stop()
    this.#hold.ended()
    this.#settle?.resolve()
  }

  readonly #onError = (error: unknown): void => {
    this.#stop()
    this.#hold.broke(error)
    this.#settle?.reject(error)
  }

  readonly #onClose = (): void => {
    this.#stop()
    const { errored, readableEnded } = this.#stream
    if (errored) this.#onError(errored)
    else if (readableEnded) this.#onEnd()
    else {
      this.#hold.leave('the stream was destroyed')
      this.#settle?.reject(new Error('the stream was closed before its first byte'))
    }
  }
}
