import { expect, test } from 'vitest'
import { deferred } from './deferred.js'

test('it is settled once, and a rejection that nobody waits for ends no process', async () => {
  const value = deferred<number>()
  value.resolve(1)
  value.resolve(2)
  value.reject(new Error('late'))
  expect(await value.promise).toBe(1)
  const failed = deferred<number>()
  failed.reject(new Error('nobody listens'))
  await new Promise((resolve) => setImmediate(resolve))
  await expect(failed.promise).rejects.toThrow('nobody listens')
})
