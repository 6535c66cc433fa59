import { expect, test } from 'vitest'
import { conformance } from '../../../test/idempotency/conformance.js'
import { claimOf, isGranted } from '../../../test/idempotency/at-hand.js'
import { memory } from './memory.js'

conformance('memory', async () => {
  const store = memory()
  return { store, close: () => store.close() }
})

test('it says that it forgets', async () => {
  expect(await memory().ready()).toContain('gone with it')
})

test('a clock can be given, and is the only one it reads', async () => {
  let now = 5_000.25
  const store = memory({ now: () => now })
  const { fence, created } = isGranted(await store.begin('key', claimOf({ lease: 100, ttl: 1_000 })))
  expect({ fence, created }).toEqual({ fence: 5_000_250, created: 5_000.25 })

  now += 99
  expect(await store.look('key')).toEqual({ is: 'running', fence, left: 1, created })
  now += 1
  expect(await store.look('key')).toEqual({ is: 'unknown', created })
  now += 999
  expect(await store.look('key')).toEqual({ is: 'unknown', created })
  now += 1
  expect(await store.look('key')).toEqual({ is: 'absent' })
})

test('closed, it has forgotten', async () => {
  const store = memory()
  await store.begin('key', claimOf())
  await store.close()

  expect(await store.look('key')).toEqual({ is: 'absent' })
})
