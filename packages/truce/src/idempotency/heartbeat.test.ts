import { expect, test } from 'vitest'
import { beat, startRun } from '../policy/idempotency/run.js'
import { virtualTime } from '../testing/index.js'
import { heartbeat } from './heartbeat.js'

function beating(answers: boolean) {
  const time = virtualTime()
  const run = startRun(
    { transaction: false, within: false, lease: 30_000, wait: 0, open: false, run: 'me' },
    time.now(),
  )
  const log: [string, number][] = []
  const stop = heartbeat(
    time.clock,
    () => beat(run, time.now()),
    () => {
      log.push(['renew', time.now()])
      if (answers) run.sent = time.now()
    },
    () => log.push(['ended', time.now()]),
  )
  return { time, log, run, stop }
}

test('a lease that is renewed does not end', async () => {
  const { time, log, stop } = beating(true)
  await time.advance(60_000)
  expect(log).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000].map((at) => ['renew', at]))
  stop()
  expect(time.pending).toEqual([])
})

test('one that is not is asked for twice more, ends once, and leaves nothing', async () => {
  const { time, log } = beating(false)
  await time.advance(100_000)
  expect(log).toEqual([
    ['renew', 10_000],
    ['renew', 20_000],
    ['ended', 30_000],
  ])
  expect(time.pending).toEqual([])
})

test('let go, it is asked for no more, and its end is told', async () => {
  const { time, log, run } = beating(true)
  await time.advance(10_000)
  run.timeUp = true
  await time.advance(100_000)
  expect(log).toEqual([
    ['renew', 10_000],
    ['ended', 40_000],
  ])
})

test('it keeps no process alive', async () => {
  const { time, stop } = beating(true)
  for (let n = 0; n < 3; n++) {
    expect(time.pending.map(({ keepsAlive }) => keepsAlive)).toEqual([false])
    await time.advance(10_000)
  }
  stop()
})
