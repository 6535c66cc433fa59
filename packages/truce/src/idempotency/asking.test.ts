import { expect, test } from 'vitest'
import { watched } from '../../test/peers/inventory.js'
import { virtualTime } from '../testing/index.js'
import { ask } from './asking.js'

function patience() {
  const time = virtualTime()
  return { time, settings: { clock: time.clock, storeTimeout: 2_000, store: { name: 'redis' } } }
}

test('an answer in time is the answer, and leaves no alarm', async () => {
  const { time, settings } = patience()
  expect(await ask(settings, async () => 'granted')).toBe('granted')
  expect(time.pending).toEqual([])
})

test('what it throws is thrown as it is, at once or later', async () => {
  const { time, settings } = patience()
  const error = new Error('reset')
  await expect(ask(settings, () => Promise.reject(error))).rejects.toBe(error)
  const throwing = (): Promise<never> => {
    throw error
  }
  await expect(ask(settings, throwing)).rejects.toBe(error)
  expect(time.pending).toEqual([])
})

test('none in time is an error that names the store; a later one counts no more', async () => {
  const { time, settings } = patience()
  let late: (answer: string) => void = () => undefined
  const asked = watched(ask(settings, () => new Promise<string>((resolve) => (late = resolve))))
  await time.advance(1_999)
  expect(asked.ended).toBe('no')
  await time.advance(1)
  expect(asked).toEqual({ ended: 'badly', error: new Error('the redis store did not answer in time') })
  late('granted')
  await time.settle()
  expect(asked.ended).toBe('badly')
})
