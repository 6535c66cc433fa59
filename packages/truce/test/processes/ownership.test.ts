/**
 * Four real processes, three attempts in each of the three that call: what the last one sees of one user action.
 *
 * Layers that do not know of each other multiply, and the service that is down gets 27 attempts where its caller
 * wanted one answer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { ATTEMPTS, type Chain, type Shape, startChain } from './chain.js'

let chain: Chain
afterEach(() => chain.end())

const patient = { attemptTimeout: () => 5_000, deadline: () => 20_000 }
/** The lower a layer, the less it waits: each has time for all that the one below does. */
const nested = { attemptTimeout: (place: number) => [4_000, 2_000, 150][place] ?? 0, deadline: () => 10_000 }
const without = (shape: Pick<Shape, 'stack' | 'behaves' | 'attemptTimeout' | 'deadline'>): Promise<Chain> =>
  startChain({ ...shape, budget: 'none' })

describe.each<[Shape['stack'], number]>([
  ['by-hand', ATTEMPTS ** 3],
  ['truce', ATTEMPTS],
])('a stack %s: one user action costs', (stack, attempts) => {
  test(`${attempts} attempts of an inventory that is down`, async () => {
    chain = await without({ stack, behaves: 'down', ...patient })
    const { status } = await fetch(chain.url)
    expect(status).toBe(503)
    expect((await chain.report('inventory')).requests).toBe(attempts)
  }, 30_000)

  test(`${attempts} of one that does not answer`, async () => {
    chain = await without({ stack, behaves: 'slow', ...nested })
    const { status } = await fetch(chain.url)
    expect(status).toBeGreaterThanOrEqual(500)
    expect((await chain.report('inventory')).requests).toBe(attempts)
  }, 60_000)
})

test('with the service in the middle killed, no more than three', async () => {
  chain = await without({ stack: 'truce', behaves: 'slow', ...nested })
  const answered = fetch(chain.url)
  while ((await chain.report('inventory')).requests === 0) await sleep(10)
  await chain.kill('order')
  expect((await answered).status).toBeGreaterThanOrEqual(500)
  expect((await chain.report('inventory')).requests).toBeLessThanOrEqual(ATTEMPTS)
}, 60_000)

/** ms. */
const OUTAGE = 20_000
const EVERY = 25

test('with the default budgets a user action costs at most 1.1 attempts over an outage of 20 s', async () => {
  chain = await startChain({ stack: 'truce', budget: 'default', behaves: 1, ...patient })
  await drive(3_000)
  const before = (await chain.behave('inventory', 'down')).requests
  const actions = await drive(OUTAGE)
  const after = (await chain.report('inventory')).requests
  expect((after - before) / actions).toBeLessThanOrEqual(1.1)
}, 60_000)

/** @returns user actions made in so many ms */
async function drive(ms: number): Promise<number> {
  const until = performance.now() + ms
  const answers: Promise<unknown>[] = []
  while (performance.now() < until) {
    answers.push(fetch(chain.url).then((response) => response.arrayBuffer()))
    await sleep(EVERY)
  }
  await Promise.all(answers)
  return answers.length
}
