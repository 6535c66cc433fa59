import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A process of its own for each test: what happens at its exit cannot be seen from within. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'truce-exit-'))
  mkdirSync(join(folder, 'telemetry'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  for (const name of ['attempt-log', 'channel', 'events', 'line-bytes', 'line-file', 'record-line', 'warning']) {
    const source = readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8')
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true }
    writeFileSync(
      join(folder, 'telemetry', `${name}.js`),
      ts.transpileModule(source, { compilerOptions: options }).outputText,
    )
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

function script(name: string, end: string): { status: number | null; stderr: string; calls: number[] } {
  const path = join(folder, `${name}.jsonl`)
  const main = join(folder, `${name}.js`)
  writeFileSync(
    main,
    `import { attemptLog } from './telemetry/attempt-log.js'
     import { attempts } from './telemetry/events.js'
     const log = attemptLog({ path: ${JSON.stringify(path)}, service: 'order', flushMs: 3_600_000, bufferBytes: 32 * 1024 * 1024 })
     const emit = (from, to) => { for (let call = from; call < to; call++) attempts.emit({ side: 'client', call, attempt: 1 }) }
     emit(0, 50_000)
     ${end}`,
  )
  const { status, stderr } = spawnSync(process.execPath, [main], { encoding: 'utf8', timeout: 60_000 })
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return {
    status,
    stderr,
    calls: lines.map((line) => Number((JSON.parse(line) as { call: string }).call)).toSorted((a, b) => a - b),
  }
}

const all = (count: number) => Array.from({ length: count }, (_, call) => call)

describe('attempt log at the end of the process', () => {
  it('writes what waits, and its timer of an hour keeps nobody', () => {
    expect(script('idle', '')).toEqual({ status: 0, stderr: '', calls: all(50_000) })
  })

  it('writes what waits at process.exit(), with a write under way', () => {
    expect(script('exit', 'void log.flush(); emit(50_000, 60_000); process.exit(3)')).toEqual({
      status: 3,
      stderr: '',
      calls: all(60_000),
    })
  })

  it('writes what waits when an error ends the process', () => {
    const { status, calls } = script('throws', "throw new Error('nobody catches this')")
    expect({ status, calls }).toEqual({ status: 1, calls: all(50_000) })
  })

  it('has nothing left to write after close()', () => {
    expect(script('closed', 'await log.close()')).toEqual({ status: 0, stderr: '', calls: all(50_000) })
  })
})
