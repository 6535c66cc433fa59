/**
 * Conformance: what every adapter does alike, on real sockets and with the real framework.
 *
 * @module
 */
import { memory } from 'truce/idempotency'
import { admissionLaws } from './admission-laws.js'
import { contextLaws } from './context-laws.js'
import { draftRules } from './draft.js'
import { engineSocketLaws } from './engine-socket-laws.js'
import type { Framework } from './framework.js'
import { keyLaws } from './key-laws.js'
import { lateLaws } from './late-laws.js'
import { overFramework } from './over-framework.js'
import { socketLaws } from './socket-laws.js'
import { wireLaws } from './wire-laws.js'

export type { Answering, Framework, Scene } from './framework.js'

export function conformance(framework: Framework): void {
  contextLaws(framework)
  admissionLaws(framework)
  wireLaws(framework)
  keyLaws(framework)
  lateLaws(framework)
  socketLaws(framework)
  engineSocketLaws('memory', framework, async () => memory())
  draftRules(`memory on ${framework.name}`, overFramework(framework), async () => memory(), framework.parses)
}
