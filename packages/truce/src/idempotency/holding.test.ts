import { expect, test } from 'vitest'
import { faulty, REQUEST } from '../../test/idempotency/faulty-store.js'
import { virtualTime } from '../testing/index.js'
import { Holding } from './holding.js'
import { checkRequest } from './request.js'
import { engineSettings } from './settings.js'
import { memory } from './stores/memory.js'

async function held() {
  const time = virtualTime()
  const { store, faults } = faulty(memory({ now: () => time.now() }), time.clock)
  const settings = engineSettings({ store, ttl: '1h', lease: '30s', timeout: '50s', clock: time.clock })
  const request = checkRequest({ ...REQUEST, mode: 'derived-key' }, settings)
  const { fingerprint, mode, scope } = request
  const begun = await store.begin(scope, {
    fingerprint,
    mode,
    run: 'me',
    lease: 30_000,
    ttl: 3_600_000,
    reconcile: false,
  })
  if (begun.is !== 'granted') return expect.fail('not granted')
  const log: unknown[] = []
  let sent = 0
  let timeUp = false
  const holding = new Holding(settings, request, {
    beat: () => {
      const left = Math.max(0, sent + 30_000 - time.now())
      return timeUp ? { ms: left, renews: false } : { ms: Math.min(left, 10_000), renews: true }
    },
    timeUp: () => (timeUp = true),
    renewed: (at) => void log.push(['renewed', (sent = at)]),
    lost: (gone) => void log.push(['lost', gone]),
    notKept: (step, why) => void log.push(['not kept', step, why]),
  })
  return { time, store, faults, holding, begun, scope, log }
}

test('what it renews is counted from when it was asked, not from when it was answered', async () => {
  const { time, faults, holding, begun, log } = await held()
  faults.next('renew', { slow: 3_000 })
  holding.begin(begun.fence)
  await time.advance(13_000)
  expect(log).toEqual([['renewed', 10_000]])
  holding.end()
  expect(time.pending).toEqual([])
})

test('a step renews it as well', async () => {
  const { time, holding, begun, log } = await held()
  await time.advance(5_000)
  await holding.work(begun, undefined as never).step('charge', () => 1)
  expect(log).toEqual([['renewed', 5_000]])
})

test('past its timeout it aborts once, and only then loses the lease', async () => {
  const { time, holding, begun, log } = await held()
  holding.begin(begun.fence)
  const { signal } = holding.work(begun, undefined as never)
  await time.advance(200_000)
  expect((signal.reason as Error).message).toContain('it ran longer than its timeout')
  expect(log.at(-1)).toEqual(['lost', false])
  expect(log.filter((each) => (each as unknown[])[0] === 'lost')).toHaveLength(1)
  expect(time.pending).toEqual([])
})

test('of a key that somebody else has, it says so, once', async () => {
  const { time, store, holding, begun, scope, log } = await held()
  holding.begin(begun.fence)
  await store.abandon(scope, { fence: begun.fence, as: 'free' })
  const { signal } = holding.work(begun, undefined as never)
  await time.advance(100_000)
  expect([log, signal.aborted]).toEqual([[['lost', true]], true])
  await expect(holding.work(begun, undefined as never).step('charge', () => 1)).rejects.toMatchObject({
    code: 'TRUCE_LEASE_LOST',
  })
})

test('its end aborts nothing, and nothing does afterwards', async () => {
  const { time, store, holding, begun, scope, faults, log } = await held()
  faults.next('renew', { late: 5_000 })
  holding.begin(begun.fence)
  const { signal } = holding.work(begun, undefined as never)
  await time.advance(10_000)
  await store.complete(scope, { fence: begun.fence, outcome: 'u', ttl: 1_000_000 })
  holding.end()
  await time.advance(100_000)
  expect([signal.aborted, log]).toEqual([false, []])
})
