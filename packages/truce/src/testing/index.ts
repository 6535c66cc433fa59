/**
 * `truce/testing`: tests of retries without sleeping, without chance and without a network.
 *
 * @module
 * @example
 * import { dependency } from 'truce'
 * import { scriptedDependency, seeded, virtualTime } from 'truce/testing'
 *
 * const time = virtualTime()
 * const inventory = dependency('inventory', { clock: time.clock, random: seeded(7) })
 * const scripted = scriptedDependency([{ status: 503 }, 'hang', 'ok'], { clock: time.clock })
 * const stock = inventory.operation('stock', { effect: 'read', attemptTimeout: '800ms' })
 * await time.run(stock.run(scripted.attempt)) // 'ok'
 */
export type { Alarm, Clock } from '../guard/clock.js'
export type { Random } from '../policy/random.js'
export type { Pending } from './agenda.js'
export { attemptRecord } from './attempt-record.js'
export {
  type Returned,
  type ScriptedAttempt,
  type ScriptedCall,
  scriptedDependency,
  type ScriptedDependency,
  type ScriptOptions,
  type Step,
} from './scripted-dependency.js'
export { seeded } from './seeded.js'
export { virtualTime, type VirtualTime, type VirtualTimeOptions } from './virtual-time.js'
