/**
 * Open stream: an answer awaited to its first byte.
 *
 * @module
 */
import type { GuardedState } from '../call-state.js'
import type { Lane } from '../lane.js'
import { Hold } from './hold.js'
import { watched } from './watch.js'

export interface OpenStream {
  /** What the caller gets. */
  readonly value: unknown
  readonly hold: Hold
}

/**
 * @param idle longest silence after the first byte, ms
 * @returns nothing for an answer that has come whole; rejects with what broke it before its first byte
 */
export async function openStream(
  value: unknown,
  call: GuardedState,
  lane: Lane,
  idle: number,
): Promise<OpenStream | undefined> {
  const hold = new Hold(call, lane, idle)
  const watch = watched(value, hold)
  if (watch === undefined) return undefined
  hold.watches(watch)
  await watch.open()
  return { value: watch.handed, hold }
}
