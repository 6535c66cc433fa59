/**
 * Read a file: its text, or why it cannot be read. Never more than the bound, never from what is no file.
 *
 * A FIFO has no end, a device has no size, and a file may grow while it is read: so what is opened is looked at before
 * it is read, and no more is read than was allowed.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { LARGEST } from './bounds.js'
import type { Problems } from './problem.js'

const START = { line: 1, column: 1 }

/**
 * @param largest bytes
 * @returns `undefined` where it cannot be read; `problems` says why
 */
export function readText(path: string, problems: Problems, largest = LARGEST): string | undefined {
  const bytes = readBytes(path, largest)
  if (bytes instanceof Uint8Array) return text(bytes, problems)
  problems.add(START, '', ...bytes)
  return undefined
}

type Refusal = readonly [message: string, fix: string]

function readBytes(path: string, largest: number): Uint8Array | Refusal {
  let file: number | undefined
  try {
    // Without O_NONBLOCK, opening a FIFO that nobody writes to would wait for ever.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const before = fstatSync(file)
    if (before.isDirectory()) return ['it is a folder', 'name a file in it']
    if (!before.isFile()) return ['it is no regular file', 'name a file: pipes and devices are not read']
    if (before.size > largest) return [`it has ${before.size} bytes`, `at most ${largest} are read`]
    // One byte more than it has: whoever writes to it meanwhile is noticed.
    const bytes = Buffer.alloc(before.size + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null)
    }
    const after = fstatSync(file)
    const same = length === before.size && after.size === before.size && after.mtimeMs === before.mtimeMs
    return same ? bytes.subarray(0, length) : ['it changed while it was read', 'try again when nothing writes to it']
  } catch (error) {
    return opening(error)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

const OPENING: Readonly<Record<string, Refusal>> = {
  ENOENT: ['there is no such file', 'check its name'],
  EACCES: ['it may not be read by this user', 'allow it to be read'],
  EPERM: ['it may not be read by this user', 'allow it to be read'],
  ELOOP: ['its links lead in a circle', 'point the link at a file'],
  ENOTDIR: ['a part of its path is no folder', 'check its path'],
  ENXIO: ['it is no regular file', 'name a file: pipes, sockets and devices are not read'],
  ENAMETOOLONG: ['its name is too long', 'check its name'],
  EMFILE: ['too many files are open', 'allow this process more of them'],
}

function opening(error: unknown): Refusal {
  const code = String((error as { code?: unknown }).code)
  return OPENING[code] ?? [`it cannot be read (${code})`, 'check the file']
}

function text(bytes: Uint8Array, problems: Problems): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const sixteen = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    const before = sixteen ? '' : (new TextDecoder().decode(bytes).split('\uFFFD', 1)[0] ?? '')
    const lines = before.split('\n')
    const at = { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
    problems.add(at, '', sixteen ? 'it is UTF-16' : 'from here on it is not UTF-8', 'save it as UTF-8')
    return undefined
  }
}
