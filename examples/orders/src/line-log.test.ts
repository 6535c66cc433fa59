import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lineLog } from './line-log.js'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'line-log-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('what waits is in the file when the process ends, and a log of the same name goes on with it', () => {
  const path = join(folder, 'a.jsonl')
  const first = lineLog<object>(path, 60_000)
  first.write({ n: 1 })
  expect(readFileSync(path, 'utf8')).toBe('')
  process.emit('exit', 0)
  expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n')

  // As after a process that died: the file was never closed.
  const second = lineLog<object>(path, 60_000)
  second.write({ n: 2 })
  second.close()
  first.close()
  expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n{"n":2}\n')
})
