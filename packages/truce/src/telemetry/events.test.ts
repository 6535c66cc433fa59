import { expect, expectTypeOf, test } from 'vitest'
import { attempts, type BreakerChange, breakerChanges, events, type Observation, observations } from './events.js'
import type { AttemptRecord } from './record.js'
import { attemptRecord as record } from '../testing/attempt-record.js'

test('events.on hears what guards emit, until it is turned off', () => {
  const heard: string[] = []
  const off = [
    events.on('attempt', ({ call }) => heard.push(call)),
    events.on('observation', ({ would, reason }) => heard.push(`${would}: ${reason}`)),
    events.on('breaker', ({ from, to }) => heard.push(`${from} → ${to}`)),
  ]
  const emit = () => {
    attempts.emit(record({ call: 'a' }))
    observations.emit({
      t: 0,
      call: 'a',
      dependency: 'd',
      operation: 'o',
      attempt: 1,
      would: 'refuse',
      reason: 'budget',
    })
    breakerChanges.emit({ t: 0, dependency: 'd', service: 's', from: 'closed', to: 'open' })
  }
  emit()
  for (const leave of off) leave()
  emit()
  expect(heard).toEqual(['a', 'refuse: budget', 'closed → open'])
  expect([attempts.active, observations.active, breakerChanges.active]).toEqual([false, false, false])
})

test('listeners get the type of their event', () => {
  events.on('attempt', (value) => expectTypeOf(value).toEqualTypeOf<AttemptRecord>())()
  events.on('observation', (value) => expectTypeOf(value).toEqualTypeOf<Observation>())()
  events.on('breaker', (value) => expectTypeOf(value).toEqualTypeOf<BreakerChange>())()
})

test.each(['attempts', 'toString'])('an unknown name (%s) says which there are', (name) => {
  expect(() => events.on(name as 'attempt', () => {})).toThrow('there are attempt, observation, breaker')
})

test('a listener that is none is refused at once, not at the first event', () => {
  expect(() => events.on('attempt', undefined as never)).toThrow('the listener is not a function')
})
