/**
 * A million calls on one signal leave nothing behind: no listener, no timer, no memory.
 *
 * A service lives for weeks with one signal for its shutdown. A listener a call warns from the eleventh on,
 * `AbortSignal.any` on a signal that lives on leaks on Node 20, and a call that stays registered with its signal, its
 * parent attempt or the wheel keeps its function and all that this one closes over.
 */
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, it } from 'vitest'

const COUNT = Number(process.env['TRUCE_LEAKS'] ?? 1_000_000)
/**
 * Bytes a call from the middle to the end; 2 for a million. Five in a hundred calls are of each rarer kind, and what is
 * kept of a call is at least its object, some 200 bytes: 10 a call. A heap at rest moves by up to 0.3 MB.
 */
const GROWTH_MAX = 1 + 500_000 / (COUNT / 2)

const truce = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

interface Report {
  readonly growth: number
  readonly [what: string]: unknown
}

beforeAll(async () => {
  const typescript = join(dirname(fileURLToPath(import.meta.resolve('typescript'))), '../bin/tsc')
  await run(process.execPath, [typescript, '-b', truce])
}, 120_000)

it(`${COUNT.toLocaleString('en')} calls on one signal leave nothing, and the process ends by itself`, async () => {
  const calls = fileURLToPath(new URL('calls.mjs', import.meta.url))
  // A process that does not end is killed, and the promise rejects.
  const { stdout, stderr } = await run(process.execPath, ['--expose-gc', calls, String(COUNT)], { timeout: 280_000 })
  const { growth, ...left } = JSON.parse(stdout) as Report
  expect({ ...left, stderr }).toEqual({
    unexpected: {},
    warnings: [],
    listenersMost: 1,
    listeners: 0,
    inFlight: 0,
    atOnce: 0,
    waiting: 0,
    timers: 0,
    stderr: '',
  })
  expect(growth, 'bytes a call').toBeLessThan(GROWTH_MAX)
}, 300_000)
