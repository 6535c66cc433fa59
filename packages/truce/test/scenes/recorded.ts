/**
 * Recorded: what scenes around a guard have in common: a dependency that is down, and every attempt record.
 *
 * @module
 */
import { afterEach, beforeEach } from 'vitest'
import { attempts } from '../../src/telemetry/events.js'
import type { AttemptRecord } from '../../src/telemetry/record.js'

export const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
/** Nothing but what the scene is about. */
export const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const

export const hang = (): Promise<never> => new Promise<never>(() => {})
export const fail = (): never => {
  throw DOWN
}

/** All records of the test that runs. */
export const records: AttemptRecord[] = []
let off = (): void => {}
beforeEach(() => {
  records.length = 0
  off = attempts.on((record) => records.push(record))
})
afterEach(() => off())
