/**
 * A real process under load is told to end: whatever it had taken on is answered, and what waited for its turn too.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const SERVICE = fileURLToPath(new URL('draining-service.mjs', import.meta.url))
/** Callers that send one request after the other; more than the service works on at once. */
const CALLERS = 20

let service: ChildProcess
afterEach(() => void service.kill('SIGKILL'))

/** What became of a request: its answer's status and body, or how its connection failed. */
async function send(url: string): Promise<{ status: number | string; body: string }> {
  try {
    const response = await fetch(url)
    return { status: response.status, body: await response.text() }
  } catch (error) {
    return { status: ((error as Error).cause as NodeJS.ErrnoException).code ?? 'unknown', body: '' }
  }
}

test('shutdown under load loses nothing that was accepted', async () => {
  service = fork(SERVICE, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [{ port }] = (await once(service, 'message')) as [{ port: number }]
  const ended = once(service, 'exit')
  const answers = new Map<string, { status: number | string; body: string }>()
  const seen = (status: number | string) => [...answers.values()].filter((answer) => answer.status === status).length
  let stop = false
  const caller = async (name: number): Promise<void> => {
    for (let n = 0; !stop; n++) {
      const path = `/${name}/${n}`
      answers.set(path, await send(`http://127.0.0.1:${port}${path}`))
      if (answers.get(path)?.status === 'ECONNREFUSED') return
    }
  }
  const calling = Array.from({ length: CALLERS }, (_, name) => caller(name))
  await expect.poll(() => seen(200), { timeout: 20_000 }).toBeGreaterThan(50)
  const told = once(service, 'message')
  service.kill('SIGTERM')
  await told
  const [{ began }] = (await once(service, 'message')) as [{ began: string[] }]
  const [code, signal] = (await ended) as [number | null, string | null]
  stop = true
  await Promise.all(calling)

  expect([code, signal]).toEqual([0, null])
  expect(began.length).toBeGreaterThan(50)
  expect(began.map((path) => [path, answers.get(path)])).toEqual(
    began.map((path) => [path, { status: 200, body: path }]),
  )
  // Nothing was answered well that no handler ran for; those that came later were told so, or found nobody.
  expect(seen(200)).toBe(began.length)
}, 60_000)
