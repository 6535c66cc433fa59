import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Whether a process lives on can be seen only from outside. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'truce-alive-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const sources = fileURLToPath(new URL('..', import.meta.url))
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true }
  for (const name of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!/^(?:index\.ts|(?:context|guard|http|options|policy|profiles|telemetry)\/.*(?<!\.test)\.ts)$/.test(name))
      continue
    const target = join(folder, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    const source = readFileSync(join(sources, name), 'utf8')
    writeFileSync(target, ts.transpileModule(source, { compilerOptions: options }).outputText)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a script that imports the guard. An await that nothing can end gives exit code 13. */
function run(name: string, script: string): { status: number | null; stdout: string; stderr: string } {
  const main = join(folder, `${name}.mjs`)
  writeFileSync(
    main,
    `import { dependency, retry } from './index.js'
     const limits = { budget: 'none', governor: 'none' }
     const fail = () => { throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }
     const hang = () => new Promise(() => {})
     ${script}`,
  )
  const { status, stdout, stderr } = spawnSync(process.execPath, [main], { encoding: 'utf8', timeout: 60_000 })
  return { status, stdout: stdout.trim(), stderr }
}

describe('the process', () => {
  it('lives through a backoff: the pending retry is not lost', () => {
    const end = run(
      'backoff',
      `let tries = 0
       console.log(await retry(() => (++tries < 4 ? fail() : tries), { attempts: 4, backoff: { initial: 20, jitter: 'none' } }))`,
    )
    expect(end).toEqual({ status: 0, stdout: '4', stderr: '' })
  })

  it('lives while a background call waits for the breaker', () => {
    const end = run(
      'line',
      `const job = dependency('d', { ...limits, breaker: { kind: 'consecutive', failures: 1, cooldown: 30, ramp: 0 } })
         .operation('job', { effect: 'read', use: 'background', backoff: 'none' })
       let tries = 0
       console.log(await job.run(() => (++tries < 2 ? fail() : tries)))`,
    )
    expect(end).toEqual({ status: 0, stdout: '2', stderr: '' })
  })

  it('lives while a call waits in a bulkhead’s queue', () => {
    const end = run(
      'queue',
      `const op = dependency('d', { ...limits, concurrency: 1 }).operation('op', { effect: 'read', attempts: 1 })
       op.outcome(hang)
       console.log((await op.outcome(() => 1, { deadline: 30 })).stop)`,
    )
    expect(end).toEqual({ status: 0, stdout: 'deadline', stderr: '' })
  })

  it('is not kept by the timeout of an attempt that nothing else keeps', () => {
    const end = run(
      'attempt',
      `dependency('d').operation('op', { effect: 'read', attemptTimeout: '10m', deadline: '1h' }).outcome(hang)
       process.on('exit', () => console.log('left'))`,
    )
    expect(end).toEqual({ status: 0, stdout: 'left', stderr: '' })
  })

  it('is not kept by calls that have ended', () => {
    const end = run(
      'ended',
      `const op = dependency('d', limits).operation('op', { effect: 'read', attemptTimeout: '10m', deadline: '1h' })
       console.log((await Promise.all(Array.from({ length: 100 }, () => op.run(async () => 1)))).length)`,
    )
    expect(end).toEqual({ status: 0, stdout: '100', stderr: '' })
  })
})
