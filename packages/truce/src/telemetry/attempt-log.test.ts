import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { attemptRecord } from '../testing/attempt-record.js'
import { attemptLog, type AttemptLogOptions } from './attempt-log.js'
import { attempts } from './events.js'
import type { AttemptRecord } from './record.js'

let folder: string
const emitWarning = vi.spyOn(process, 'emitWarning')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truce-attempt-log-'))
  emitWarning.mockImplementation(() => {})
})
afterEach(() => {
  emitWarning.mockReset()
  rmSync(folder, { recursive: true })
})

const parse = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AttemptRecord)
const emit = (from: number, to: number) => {
  for (let call = from; call < to; call++) attempts.emit(attemptRecord({ call: `call-${call}` }))
}

describe('attempt log', () => {
  it('writes every attempt until closed, naming who writes', async () => {
    const path = join(folder, 'not', 'yet', 'attempts.jsonl')
    const log = attemptLog({ path, instance: 'order-1' })
    attempts.emit(attemptRecord({ call: 'a' }))
    attempts.emit(attemptRecord({ call: 'b', instance: 'order-2' }))
    await log.flush()
    expect(parse(readFileSync(path, 'utf8'))).toEqual([
      attemptRecord({ call: 'a', instance: 'order-1' }),
      attemptRecord({ call: 'b', instance: 'order-2' }),
    ])
    attempts.emit(attemptRecord({ call: 'c' }))
    await log.close()
    attempts.emit(attemptRecord({ call: 'd' }))
    expect(parse(readFileSync(path, 'utf8')).map(({ call }) => call)).toEqual(['a', 'b', 'c'])
    expect([log.written, log.dropped]).toEqual([3, 0])
  })

  it('appends to what is there', async () => {
    const path = join(folder, 'attempts.jsonl')
    writeFileSync(path, '{"v":1}\n')
    const log = attemptLog({ path })
    emit(0, 1)
    await log.close()
    expect(parse(readFileSync(path, 'utf8'))).toHaveLength(2)
  })

  it('takes 100,000 records, in order and whole', async () => {
    const path = join(folder, 'attempts.jsonl')
    const log = attemptLog({ path, bufferBytes: 64 * 1024 })
    for (let call = 0; call < 100_000; call += 100) {
      emit(call, call + 100)
      await log.flush()
    }
    await log.close()
    expect([log.written, log.dropped]).toEqual([100_000, 0])
    const calls = parse(readFileSync(path, 'utf8')).map(({ call }) => call)
    expect(calls).toEqual(Array.from({ length: 100_000 }, (_, call) => `call-${call}`))
  })

  it('writes by itself when flushMs have passed', async () => {
    const path = join(folder, 'attempts.jsonl')
    const log = attemptLog({ path, flushMs: 0 })
    emit(0, 3)
    await vi.waitFor(() => expect(log.written).toBe(3))
    await log.close()
  })

  it('drops and counts in one burst what its buffer cannot hold, and warns once', async () => {
    const path = join(folder, 'attempts.jsonl')
    const log = attemptLog({ path, bufferBytes: 16 * 1024 })
    emit(0, 1_000)
    emit(1_000, 2_000)
    await log.close()
    expect(log.dropped).toBeGreaterThan(0)
    expect(log.written + log.dropped).toBe(2_000)
    expect(parse(readFileSync(path, 'utf8'))).toHaveLength(log.written)
    expect(emitWarning).toHaveBeenCalledTimes(1)
    expect(emitWarning.mock.calls[0]?.[0]).toContain('loses records')
  })

  it('drops a record that is larger than its buffer', async () => {
    const log = attemptLog({ path: join(folder, 'attempts.jsonl'), bufferBytes: 16 * 1024 })
    attempts.emit(attemptRecord({ key: 'k'.repeat(20_000) }))
    emit(0, 1)
    await log.close()
    expect([log.written, log.dropped]).toEqual([1, 1])
  })

  it('closes once: a second close waits for the first, and no exit hook is left', async () => {
    const hooks = process.listenerCount('exit')
    const log = attemptLog({ path: join(folder, 'attempts.jsonl') })
    emit(0, 10)
    expect(process.listenerCount('exit')).toBe(hooks + 1)
    await Promise.all([log.close(), log.close(), log.flush()])
    await log.close()
    await log.flush()
    expect(log.written).toBe(10)
    expect(process.listenerCount('exit')).toBe(hooks)
    expect(attempts.active).toBe(false)
  })

  test.each([
    [undefined, "the options are undefined; give { path: 'logs/attempts.jsonl' }"],
    [null, 'the options are null'],
    [{}, 'path is undefined'],
    [{ path: undefined }, 'path is undefined'],
    [{ path: '' }, 'path is empty'],
    [{ path: 'attempts.jsonl', bufferBytes: 100 }, 'bufferBytes is 100; give a whole number of at least 16384'],
    [{ path: 'attempts.jsonl', flushMs: -1 }, 'flushMs is -1'],
  ])('%j is refused at start', (options, message) => {
    expect(() => attemptLog(options as AttemptLogOptions)).toThrow(message)
  })

  it('says at start when the file cannot be opened', () => {
    writeFileSync(join(folder, 'file'), '')
    for (const path of [folder, join(folder, 'file', 'attempts.jsonl')]) {
      expect(() => attemptLog({ path })).toThrow(`cannot append to "${path}"`)
    }
    expect(attempts.active).toBe(false)
  })
})

describe.runIf(existsSync('/dev/full'))('a full disk', () => {
  it('costs the records, not the calls and not the shutdown', async () => {
    const log = attemptLog({ path: '/dev/full' })
    emit(0, 5)
    await log.flush()
    emit(5, 10)
    await log.close()
    expect([log.written, log.dropped]).toEqual([0, 10])
    expect(emitWarning).toHaveBeenCalledTimes(1)
    expect(emitWarning.mock.calls[0]?.[0]).toContain('ENOSPC')
  })
})

/** A pipe that nobody empties is a disk that hangs; reading from it lets the disk go on. */
describe.runIf(process.platform === 'linux')('a slow disk', () => {
  it('never blocks a call, holds a bounded number of records, and loses none of those it took', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    const log = attemptLog({ path, bufferBytes: 256 * 1024, flushMs: 1 })
    emit(0, 20_000)
    const dropped = log.dropped
    expect(dropped).toBeGreaterThan(10_000)

    let text = ''
    const chunk = Buffer.alloc(64 * 1024)
    const drain = () => {
      try {
        for (;;) text += chunk.toString('latin1', 0, readSync(pipe, chunk))
      } catch (error) {
        expect(error).toMatchObject({ code: 'EAGAIN' })
      }
    }
    let closed = false
    const closing = log.close().then(() => (closed = true))
    while (!closed) {
      drain()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await closing
    drain()
    closeSync(pipe)
    expect(log.dropped).toBe(dropped)
    const calls = parse(text).map(({ call }) => call)
    expect(calls).toEqual(Array.from({ length: 20_000 - dropped }, (_, call) => `call-${call}`))
    expect(log.written).toBe(calls.length)
  })
})
