import { failure } from 'truce/policy'
import { describe, expect, test } from 'vitest'
import { CALL, clientOf, said, waitsOf } from '../../../test/field/driven.js'

test.each([
  ['none', {}, ['attempts']],
  ['immediate', {}, [0, 0, 0, 'attempts']],
  ['fixed', {}, [1_000, 1_000, 1_000, 'attempts']],
  ['fixed', { wait: 50 }, [50, 50, 50, 'attempts']],
  ['exponential', {}, [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 'attempts']],
  ['exponential', { initial: 10, max: 40 }, [10, 20, 40, 40, 40, 40, 40, 40, 40, 'attempts']],
])('%s %j waits %j', (like, settings, waits) => {
  expect(waitsOf(clientOf(like, { settings }))).toEqual(waits)
})

describe('whatever the library', () => {
  const client = clientOf('immediate')

  test('the scenario may say how many attempts', () => {
    expect(waitsOf(clientOf('immediate', { attempts: 2 }))).toEqual([0, 'attempts'])
  })

  test.each([
    ['a permanent failure is not repeated', CALL, failure('invalid'), 'permanent'],
    ['but what a layer below has spent is, for it does not hear of that', CALL, failure('exhausted'), 0],
    ['nor a call that was aborted', { ...CALL, aborted: true }, failure('timeout'), 'aborted'],
    ['nor one whose deadline passes in the wait', { ...CALL, deadline: 0 }, failure('timeout'), 'deadline'],
  ])('%s', (_, call, failed, stop) => expect(said(client.decide(call, failed, 0))).toBe(stop))

  test('a write that may have been applied is repeated only where the scenario says unsafe, or it has a key', () => {
    const writer = clientOf('immediate', { effect: 'write' })
    expect(said(writer.decide(CALL, failure('timeout'), 0))).toBe('unsafe')
    expect(said(writer.decide(CALL, failure('unavailable', 'not-applied'), 0))).toBe(0)
    expect(said(writer.decide({ ...CALL, keyed: true }, failure('timeout'), 0))).toBe(0)
  })
})
