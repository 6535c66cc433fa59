/**
 * Caller: a process of guards that call the service, as a service of this kind would.
 *
 * @module
 */
import { dependency } from 'truce'
import { createFetch } from 'truce/http'
import { peer } from 'truce/peer'
import { events } from 'truce/telemetry'
import { seeded } from 'truce/testing'
import type { Call, CallerJob, Seen } from './messages.js'

const job = JSON.parse(process.argv[2] as string) as CallerJob
const { url, load, guards, instances } = job
const random = seeded(1_000 + job.process)
const calls: Call[] = []
const attempts: [number, number][] = []
const pause = (mean: number) => new Promise((resolve) => setTimeout(resolve, -mean * Math.log(1 - random())))

events.on('attempt', ({ outcome, ms }) => {
  if (outcome === 'ok') attempts.push([Date.now(), ms])
})

/** Each is an instance of its own: it shares nothing with the others but the processor. */
function guard(use: 'interactive' | 'background'): typeof fetch {
  const inventory = dependency('inventory', { service: `shop-${job.process}`, peer, instances })
  return createFetch({ dependency: inventory, use })
}

async function call(send: typeof fetch): Promise<boolean> {
  const began = Date.now()
  let ok = false
  try {
    const response = await send(url)
    await response.arrayBuffer()
    ok = response.ok
  } catch {
    // Counted as not ok.
  }
  calls.push({ began, ended: Date.now(), ok })
  return ok
}

async function closed(send: typeof fetch, think: number): Promise<never> {
  for (;;) {
    await pause(think)
    await call(send)
  }
}

async function bare(): Promise<never> {
  for (;;) await (await fetch(url)).arrayBuffer()
}

async function open(rate: number, calm: { readonly ms: number; readonly rate: number }): Promise<never> {
  const all = Array.from({ length: guards }, () => guard('interactive'))
  const from = performance.now()
  // By the time that it is due, not from the one before: a late timer must not make it less.
  for (let n = 0, due = from; ; n++) {
    due -= (1_000 / (due - from < calm.ms ? calm.rate : rate)) * Math.log(1 - random())
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    void call(all[n % guards] as typeof fetch)
  }
}

async function run(): Promise<void> {
  if (load.kind === 'open') await open(load.rate, load.calm)
  else if (load.kind === 'bare') await Promise.all(Array.from({ length: load.atOnce }, bare))
  else if (load.kind === 'closed') {
    await Promise.all(Array.from({ length: guards }, () => closed(guard('interactive'), load.think)))
  } else await Promise.all(Array.from({ length: guards }, () => call(guard('background'))))
}

process.on('message', (message: 'go' | 'report') => {
  if (message === 'go') void run()
  else process.send?.({ calls, attempts } satisfies Seen)
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
