/**
 * Four real processes and a caller that leaves after 300 ms: nobody below works on for long.
 *
 * A server that knows only its own deadline goes on for callers that have left; in a storm that is most of what it
 * does.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Chain, startChain } from './chain.js'

const LEAVES = 300
/** ms that a busy machine may add before a timer rings or a closed connection is seen. */
const SLACK = 400
const WORK = 10_000

let chain: Chain
afterEach(() => chain.end())

const start = () =>
  startChain({ stack: 'truce', budget: 'none', behaves: WORK, attemptTimeout: () => 8_000, deadline: () => 9_000 })

/** The last service's one piece of work, once it is over. */
async function ended() {
  for (;;) {
    const { works } = await chain.report('inventory')
    if (works[0]) return works[0]
    await sleep(20)
  }
}

async function noneWorkedOn(): Promise<void> {
  for (const name of ['gateway', 'order', 'shipping', 'inventory'] as const) {
    const { requests, abandoned } = await chain.report(name)
    const workedOn = abandoned * 1_000 < SLACK ? 'no longer than its margin' : `${abandoned} s`
    expect({ name, requests, workedOn }).toEqual({ name, requests: 1, workedOn: 'no longer than its margin' })
  }
}

test('a caller that says how long it waits: each service is told less than the one above it', async () => {
  chain = await start()
  const headers = { 'retry-context': `call="c", attempt=1, deadline=${LEAVES}` }
  const { status } = await fetch(chain.url, { headers })
  expect(status).toBe(504)
  const { told, worked, end } = await ended()
  // 5 % less with every hop.
  expect(told).toBeGreaterThan(0)
  expect(told).toBeLessThan(LEAVES * 0.95 ** 3)
  expect(end).toMatch(/DeadlineError|CallerLeftError/)
  expect(worked).toBeLessThan(LEAVES + SLACK)
  await noneWorkedOn()
}, 30_000)

test('a caller that says nothing, and leaves: its connection says it', async () => {
  chain = await start()
  await expect(fetch(chain.url, { signal: AbortSignal.timeout(LEAVES) })).rejects.toThrow('aborted')
  const { worked, end } = await ended()
  expect(end).toBe('CallerLeftError')
  expect(worked).toBeLessThan(LEAVES + SLACK)
  await noneWorkedOn()
}, 30_000)

test('a request whose time has passed on its way is not worked on', async () => {
  chain = await start()
  const { status } = await fetch(chain.url, { headers: { 'retry-context': 'call="c", attempt=1, deadline=0' } })
  expect(status).toBe(504)
  expect((await chain.report('order')).requests).toBe(0)
}, 30_000)
