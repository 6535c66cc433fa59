/**
 * Attempt log: every attempt record of this process as a line of a file, for reviews and rehearsals.
 *
 * A log that waits for its disk makes the disk part of every call; one that buffers without a bound
 * turns a full disk into a full memory. Here calls only add to a buffer, one write is under way at a
 * time, and what the disk cannot take is dropped and counted. Node only.
 *
 * @module
 */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { attempts } from './events.js'
import { LineFile } from './line-file.js'
import type { AttemptRecord } from './record.js'
import { RecordLines } from './record-line.js'
import { warn } from './warning.js'

/** Where the log goes, and how much may wait for the disk. */
export interface AttemptLogOptions {
  /** JSON lines are appended to it; folders that are missing are made. */
  readonly path: string
  /** Who writes, for records that do not say. */
  readonly service?: string | undefined
  /** Which process of it, for records that do not say. */
  readonly instance?: string | undefined
  /** Memory for lines that are not written yet, at least 16 KiB; 1 MiB unless told. */
  readonly bufferBytes?: number | undefined
  /** Longest time that a line waits for company, ms; 200 unless told. */
  readonly flushMs?: number | undefined
}

/** A log that is being written. */
export interface AttemptLog {
  /** Records that are in the file, as far as the operating system says. */
  readonly written: number
  /** Records that are not: the buffer was full, or a write failed. The first time raises a process warning. */
  readonly dropped: number
  /** Writes what is waiting. Never rejects: a log must not fail a shutdown; see `dropped`. */
  flush(): Promise<void>
  /** Stops listening, writes what is waiting and closes the file. A second call waits for the first. */
  close(): Promise<void>
}

const DEFAULTS = Object.freeze({ bufferBytes: 1024 * 1024, flushMs: 200 })
const LEAST_BUFFER = 16 * 1024

/**
 * Writes every attempt of every guard of this process to a file, until closed.
 *
 * Lines wait for others for `flushMs`, which does not keep the process alive; what still waits when the
 * process exits is written then (`SIGKILL`, and signals without a handler, lose it). After a rotation
 * of the file close the log and make a new one.
 *
 * @throws Error where the file cannot be opened for appending, RangeError and TypeError for wrong options
 * @example
 * const log = attemptLog({ path: 'logs/attempts.jsonl', service: 'order-api' })
 * process.once('SIGTERM', () => void log.close())
 */
export function attemptLog(options: AttemptLogOptions): AttemptLog {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`attemptLog: the options are ${String(options)}; give { path: 'logs/attempts.jsonl' }`)
  }
  const { path, bufferBytes, flushMs } = { ...DEFAULTS, ...defined(options) }
  check(path, bufferBytes, flushMs)
  const fd = open(path)
  const file = new LineFile<AttemptRecord>(fd, bufferBytes, new RecordLines(options), (reason) =>
    warn('TRUCE_ATTEMPT_LOG', `The attempt log "${path}" loses records: ${reason}. Its \`dropped\` counts them.`),
  )

  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    return file.flush()
  }
  const off = attempts.on((record) => {
    file.add(record)
    timer ??= setTimeout(() => void flush(), flushMs).unref()
  })
  const atExit = () => file.flushSync()
  process.once('exit', atExit)

  let closed: Promise<void> | undefined
  const close = async () => {
    off()
    await flush()
    process.off('exit', atExit)
    closeSync(fd)
  }

  return {
    get written() {
      return file.written
    },
    get dropped() {
      return file.dropped
    },
    flush,
    close: () => (closed ??= close()),
  }
}

/** Opened here and now, so that a wrong path shows at start and not in the first incident. */
function open(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'a')
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`attemptLog: cannot append to "${path}" (${said}). Give a file that this process may write.`, {
      cause,
    })
  }
}

type Given = { readonly [Name in keyof AttemptLogOptions]: Exclude<AttemptLogOptions[Name], undefined> }

/** An option that is there but undefined counts as not given. */
function defined(options: AttemptLogOptions): Given {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as Given
}

function check(path: unknown, bufferBytes: number, flushMs: number): void {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`attemptLog: path is ${String(path) || 'empty'}; give a file, such as 'logs/attempts.jsonl'`)
  }
  if (!(Number.isInteger(bufferBytes) && bufferBytes >= LEAST_BUFFER)) {
    throw new RangeError(`attemptLog: bufferBytes is ${bufferBytes}; give a whole number of at least ${LEAST_BUFFER}`)
  }
  if (!(flushMs >= 0 && flushMs <= 2 ** 31 - 1)) {
    throw new RangeError(`attemptLog: flushMs is ${flushMs}; give ms from 0 to ${2 ** 31 - 1}`)
  }
}
