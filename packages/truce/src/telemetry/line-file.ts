/**
 * Line file: appends lines to an open file in batches, within a fixed amount of memory.
 *
 * Two halves of one buffer: one fills while the other is being written. When both are full, the disk
 * is slower than the lines come; more are dropped, or a log would fill the process's memory. Lines are
 * encoded where they will be written from: as strings, each would be built, measured, copied by a call
 * into the engine and collected. Node only; `attempt-log` is its only user.
 *
 * @module
 */
import { write, writeSync } from 'node:fs'

const LINE_FEED = 10
/** Byte 0 of a half is a line feed, written only where the batch before it left half a line behind. */
const START = 1

interface Half {
  readonly bytes: Buffer
  used: number
  lines: number
}

/** Turns values into lines, each with a line feed at its end. */
interface Encoder<T> {
  /** Writes a line into `bytes` from `at` on. @returns where it ends; beyond `bytes` where it does not fit */
  encode(value: T, bytes: Buffer, at: number): number
}

export class LineFile<T> {
  readonly #fd: number
  readonly #encoder: Encoder<T>
  readonly #complain: (reason: string) => void
  #filling: Half
  #spare: Half
  /** The write under way, and the one that callers wait for behind it. */
  #writing: Promise<void> | undefined
  #next: Promise<void> | undefined
  #torn = false
  #complained = false
  written = 0
  dropped = 0

  /** @param complain told once, when the first line is lost */
  constructor(fd: number, bufferBytes: number, encoder: Encoder<T>, complain: (reason: string) => void) {
    this.#fd = fd
    this.#encoder = encoder
    this.#complain = complain
    this.#filling = half(bufferBytes >>> 1)
    this.#spare = half(bufferBytes >>> 1)
  }

  /** Takes a line. Never waits, and throws only what the encoder throws. */
  add(value: T): void {
    if (this.#encoded(value)) return
    if (!this.#writing) {
      void this.#start()
      if (this.#encoded(value)) return
    }
    this.#lose(1, 'they come faster than the disk takes them (a larger bufferBytes lets more wait)')
  }

  /** Where a line does not fit, what was written of it is not counted, and the next line goes over it. */
  #encoded(value: T): boolean {
    const filling = this.#filling
    const end = this.#encoder.encode(value, filling.bytes, filling.used)
    if (end > filling.bytes.length) return false
    filling.used = end
    filling.lines++
    return true
  }

  /** Resolves when every line taken so far is written or lost. Never rejects. */
  flush(): Promise<void> {
    if (!this.#writing) return this.#start()
    return (this.#next ??= this.#writing.then(() => {
      this.#next = undefined
      return this.#start()
    }))
  }

  /** For the end of the process, when nothing can be waited for. A write under way ends by itself. */
  flushSync(): void {
    const batch = this.#filling
    let at = this.#torn ? 0 : START
    try {
      while (at < batch.used) at += progress(writeSync(this.#fd, batch.bytes, at, batch.used - at))
      this.#done(batch, at)
    } catch (error) {
      this.#done(batch, at, error)
    }
  }

  #start(): Promise<void> {
    if (this.#writing) return this.#writing
    if (this.#filling.lines === 0) return Promise.resolve()
    const batch = this.#filling
    this.#filling = this.#spare
    this.#spare = batch
    this.#writing = this.#write(batch)
    return this.#writing
  }

  async #write(batch: Half): Promise<void> {
    let at = this.#torn ? 0 : START
    let failure: unknown
    try {
      while (at < batch.used) at += progress(await this.#writeSome(batch, at))
    } catch (error) {
      failure = error
    }
    this.#writing = undefined
    this.#done(batch, at, failure)
  }

  #writeSome(batch: Half, at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#fd, batch.bytes, at, batch.used - at, null, (error, bytes) => {
        if (error) reject(error)
        else resolve(bytes)
      })
    })
  }

  /** Settles the accounts of a batch whose bytes up to `end` are in the file, and empties it. */
  #done(batch: Half, end: number, failure?: unknown): void {
    const whole = end < batch.used ? count(batch.bytes.subarray(START, Math.max(START, end))) : batch.lines
    // Where not one byte was taken the file still ends as it did.
    if (end > (this.#torn ? 0 : START)) this.#torn = batch.bytes[end - 1] !== LINE_FEED
    this.written += whole
    if (whole < batch.lines)
      this.#lose(batch.lines - whole, failure instanceof Error ? failure.message : String(failure))
    batch.used = START
    batch.lines = 0
  }

  #lose(lines: number, reason: string): void {
    this.dropped += lines
    if (this.#complained) return
    this.#complained = true
    this.#complain(reason)
  }
}

function half(size: number): Half {
  // Filled, so that the system hands out the memory now, and not page by page on the way of calls.
  const bytes = Buffer.allocUnsafeSlow(size).fill(0)
  bytes[0] = LINE_FEED
  return { bytes, used: START, lines: 0 }
}

function count(bytes: Buffer): number {
  let lines = 0
  for (const byte of bytes) if (byte === LINE_FEED) lines++
  return lines
}

/** A disk that takes nothing and says no error would be asked for ever. */
function progress(bytes: number): number {
  if (bytes === 0) throw new Error('the file took no byte')
  return bytes
}
