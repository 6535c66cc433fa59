import { expect, test, vi } from 'vitest'
import { accountFor } from './account.mjs'

const postgres = { uid: 101, gid: 104 }

test.each([
  ['root hands it to postgres', 0, postgres],
  ['anybody else runs it', 1000, undefined],
  ['so does postgres', 101, undefined],
  ['there are no numbers on Windows', undefined, undefined],
])('%s', (_, uid, account) => {
  expect(accountFor(uid, () => postgres)).toEqual(account)
})

test('only root needs that user', () => {
  const lookUp = vi.fn<() => typeof postgres>(() => postgres)
  accountFor(1000, lookUp)
  expect(lookUp).not.toHaveBeenCalled()
})

test('where root has no such user, it says what to do', () => {
  const advice = expect.stringContaining('useradd') as string
  expect(() => accountFor(0, () => undefined)).toThrow(expect.objectContaining({ advice }))
})
