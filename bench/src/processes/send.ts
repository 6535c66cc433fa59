/**
 * What a measuring process hands to the one that started it.
 *
 * @module
 */
import type { Options } from '../options.js'

/** The options that the parent gave as the only argument. */
export function given(): Options {
  return JSON.parse(process.argv[2] ?? '') as Options
}

export function send(result: unknown): void {
  process.send?.(result, () => process.disconnect())
}
