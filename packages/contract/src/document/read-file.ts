/**
 * Read a file: its text, or why it cannot be read. Never more than the bound, never from what is no file.
 *
 * A FIFO has no end, a device has no size, and a file may grow while it is read: so what is opened is looked at before
 * it is read, and no more is read than was allowed.
 *
 * @module
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { LARGEST } from './bounds.js'
import type { Problems } from './problem.js'

const START = { line: 1, column: 1 }

/** @returns `undefined` where it cannot be read; `problems` says why */
export async function readText(path: string, problems: Problems): Promise<string | undefined> {
  const refuse = (message: string, fix: string): undefined => {
    problems.add(START, '', message, fix)
  }
  let handle: FileHandle
  try {
    // Without O_NONBLOCK, opening a FIFO that nobody writes to would wait for ever.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    return refuse(...opening(error))
  }
  try {
    const before = await handle.stat()
    if (before.isDirectory()) return refuse('it is a folder', 'name a file in it')
    if (!before.isFile()) return refuse('it is no regular file', 'name a file: pipes and devices are not read')
    if (before.size > LARGEST) return refuse(`it has ${before.size} bytes`, `a contract has at most ${LARGEST}`)
    const bytes = Buffer.allocUnsafe(LARGEST + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await handle.read(bytes, length, bytes.length - length, null)).bytesRead
    }
    const after = await handle.stat()
    if (length !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
      return refuse('it changed while it was read', 'try again when nothing writes to it')
    }
    return text(bytes.subarray(0, length), problems)
  } catch (error) {
    return refuse(...opening(error))
  } finally {
    await handle.close()
  }
}

const OPENING: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  ENOENT: ['there is no such file', 'check its name'],
  EACCES: ['it may not be read by this user', 'allow it to be read'],
  EPERM: ['it may not be read by this user', 'allow it to be read'],
  ELOOP: ['its links lead in a circle', 'point the link at a file'],
  ENOTDIR: ['a part of its path is no folder', 'check its path'],
  ENXIO: ['it is no regular file', 'name a file: pipes, sockets and devices are not read'],
  ENAMETOOLONG: ['its name is too long', 'check its name'],
  EMFILE: ['too many files are open', 'allow this process more of them'],
}

function opening(error: unknown): readonly [message: string, fix: string] {
  const code = String((error as { code?: unknown }).code)
  return OPENING[code] ?? [`it cannot be read (${code})`, 'check the file']
}

function text(bytes: Buffer, problems: Problems): string | undefined {
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
