/**
 * The example as its users run it: a real process with real children, ports, databases and signals.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { build, built } from './built.js'

const main = built('main.js')
const out = mkdtempSync(join(tmpdir(), 'orders-'))

beforeAll(build, 120_000)
afterAll(() => rmSync(out, { recursive: true, force: true }))

interface Run {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  /** Resolves with the pids of the services, by name, when all three of a half have started. */
  readonly services: Promise<Record<string, number>>
}

const runs: Run[] = []
afterEach(async () => {
  for (const { child, ended } of runs.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  }
})

function start(...args: string[]): Run {
  const child = spawn(process.execPath, [main, ...args, '--out', out], { stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  let started: (pids: Record<string, number>) => void
  const services = new Promise<Record<string, number>>((resolve) => (started = resolve))
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    const pids = [...stderr.matchAll(/(inventory|warehouse|order): pid (\d+)/g)].map(([, name, pid]) => [
      name,
      Number(pid),
    ])
    if (pids.length === 3) started(Object.fromEntries(pids) as Record<string, number>)
  })
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  )
  const run = { child, ended, services }
  runs.push(run)
  return run
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Resolves when none of them is left; the test's own time limit ends a wait that never does. */
async function allGone(pids: readonly number[]): Promise<void> {
  while (pids.some(alive)) await new Promise((resolve) => setTimeout(resolve, 20))
}

interface Result {
  readonly ok: boolean
  readonly starved: boolean
  readonly promises: { name: string; ok: boolean; found: string }[]
  readonly handwritten: Record<string, number>
  readonly truce: Record<string, number>
  readonly sentence: string
}

async function quickRun() {
  const run = start('--quick', '--json')
  const pids = Object.values(await run.services)
  const { code, stdout, stderr } = await run.ended
  return { pids, code, stderr, result: JSON.parse(stdout) as Result }
}

const HALVES = ['handwritten', 'truce'] as const
/** In the first answer, before the first fault. */
const HEALTHY = 0.98

/** A run whose machine was busy with other tests says so, and is done again: its timeouts are not the retries'. */
async function undisturbedRun() {
  for (let again = 2; ; again--) {
    const run = await quickRun()
    const { result } = run
    const holds = result.ok && HALVES.every((half) => (result[half]['healthySuccess'] ?? 0) > HEALTHY)
    if (holds || !result.starved || again === 0) return run
  }
}

describe('the quick run', () => {
  test('what must hold, holds; and the figures are complete', { timeout: 180_000 }, async () => {
    const { pids, code, stderr, result } = await undisturbedRun()
    expect(result.promises.filter(({ ok }) => !ok)).toEqual([])
    expect(result.promises).toHaveLength(6)
    expect([result.ok, code]).toEqual([true, 0])
    for (const half of HALVES) expect(result[half]['healthySuccess']).toBeGreaterThan(HEALTHY)
    expect(result.handwritten['orders']).toBe(result.truce['orders'])
    expect(result.sentence).toContain('duplicate')
    // What the load must contain, or it would show nothing of repeats.
    expect(stderr.match(/inventory: died in the middle of a reservation, is back as pid \d+/g)).toHaveLength(2)
    const { handwritten, truce } = result
    for (const name of ['lostAnswers', 'repaired', 'replays', 'conflicts']) expect(truce[name]).toBeGreaterThan(0)
    expect([truce['duplicates'], truce['duplicateFulfilments'], truce['stockAstray']]).toEqual([0, 0, 0])
    expect(handwritten['lostAnswers']).toBeGreaterThan(0)
    expect([handwritten['repaired'], handwritten['replays'], handwritten['conflicts']]).toEqual([0, 0, 0])
    await allGone(pids)
    const [folder] = readdirSync(out)
    expect(readdirSync(join(out, folder ?? '', 'truce'))).toEqual(
      expect.arrayContaining([
        'inventory.attempts.jsonl',
        'inventory.db',
        'inventory.deliveries.jsonl',
        'inventory.executions.jsonl',
        'order.attempts.jsonl',
        'order.db',
        'order.executions.jsonl',
        'warehouse.db',
      ]),
    )
  })
})

describe('a run that cannot go on says why, ends its services, and does not exit with 0', () => {
  test.each([
    ['SIGINT', 'Interrupted (SIGINT)'],
    ['SIGTERM', 'Interrupted (SIGTERM)'],
  ] as const)('%s', { timeout: 30_000 }, async (signal, message) => {
    const { child, services, ended } = start('--quick')
    const pids = Object.values(await services)
    child.kill(signal)
    const { code, stderr } = await ended
    expect(code).toBe(130)
    expect(stderr).toContain(message)
    await allGone(pids)
  })

  test.each(['inventory', 'warehouse', 'order'])('a killed %s', { timeout: 30_000 }, async (name) => {
    const { services, ended } = start('--quick')
    const pids = await services
    process.kill(pids[name] ?? 0, 'SIGKILL')
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toContain(`${name} ended in the middle of the run (killed by SIGKILL)`)
    await allGone(Object.values(pids))
  })

  test('a killed parent takes its services with it', { timeout: 30_000 }, async () => {
    const { child, services, ended } = start('--quick')
    const pids = Object.values(await services)
    child.kill('SIGKILL')
    await ended
    await allGone(pids)
    expect(pids.filter(alive)).toEqual([])
  })

  test('a busy port', { timeout: 30_000 }, async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await start('--quick', '--port', String(port)).ended
    other.close()
    expect(code).toBe(1)
    // The two ports after it are asked for at the same time, and may be somebody's too.
    const [, busy] = /cannot listen on port (\d+): it is in use/.exec(stderr) ?? []
    expect([port, port + 1, port + 2]).toContain(Number(busy))
    expect(stderr).not.toContain('    at ')
  })

  test('a wrong option', { timeout: 30_000 }, async () => {
    const { code, stdout, stderr } = await start('--qick').ended
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/--qick.*--help/)
  })

  test('--help', { timeout: 30_000 }, async () => {
    const { code, stdout } = await start('--help').ended
    expect(code).toBe(0)
    expect(stdout).toContain('Usage: npm start')
  })
})
