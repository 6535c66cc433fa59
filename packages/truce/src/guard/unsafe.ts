/**
 * Unsafe: what to do about a write that is not repeated because it may have taken effect.
 *
 * "It has a key, and is not repeated" is a riddle at three in the morning, until somebody says what was not declared.
 *
 * @module
 */
import type { CallState } from './call-state.js'

export function adviceOf({ core, settings }: Pick<CallState, 'core' | 'settings'>): string {
  const { dependency, operation } = core
  if (settings.key === undefined) {
    return (
      `give each call of ${dependency}.${operation} a key that ${dependency} honours, or say risk: 'low' or ` +
      "idempotency: 'natural' where a repeat is harmless"
    )
  }
  return (
    `the key was sent, but nothing says that ${dependency} honours it; where it does, say so: idempotency: {} of the ` +
    'operation, a profile (truce/profiles), or peer (truce/peer) of the dependency'
  )
}
