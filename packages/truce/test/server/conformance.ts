/**
 * Conformance: what every adapter does alike, on real sockets and with the real framework.
 *
 * @module
 */
import { contextLaws } from './context-laws.js'
import type { Framework } from './framework.js'
import { keyLaws } from './key-laws.js'
import { socketLaws } from './socket-laws.js'
import { wireLaws } from './wire-laws.js'

export type { Answering, Framework, Scene } from './framework.js'

export function conformance(framework: Framework): void {
  contextLaws(framework)
  wireLaws(framework)
  keyLaws(framework)
  socketLaws(framework)
}
