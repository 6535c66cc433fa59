import { expect, test } from 'vitest'
import { virtualTime } from '../testing/index.js'
import { heartbeat } from './heartbeat.js'

function beating(answers: boolean) {
  const time = virtualTime()
  let ends = 30_000
  const log: [string, number][] = []
  const beat = heartbeat(
    time.clock,
    30_000,
    () => ends,
    () => {
      log.push(['renew', time.now()])
      if (answers) ends = time.now() + 30_000
    },
    () => log.push(['ended', time.now()]),
  )
  return { time, log, beat }
}

test('a lease that is renewed does not end', async () => {
  const { time, log, beat } = beating(true)
  await time.advance(60_000)
  expect(log).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000].map((at) => ['renew', at]))
  beat.stop()
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
  const { time, log, beat } = beating(true)
  await time.advance(10_000)
  beat.letGo()
  await time.advance(100_000)
  expect(log).toEqual([
    ['renew', 10_000],
    ['ended', 40_000],
  ])
})

test('it keeps no process alive', async () => {
  const { time, beat } = beating(true)
  for (let n = 0; n < 3; n++) {
    expect(time.pending.map(({ keepsAlive }) => keepsAlive)).toEqual([false])
    await time.advance(10_000)
  }
  beat.stop()
})
