/**
 * Command: what a file in `commands/` exports. It plugs in by being there.
 *
 * @module
 */
import type { Command as Declared } from 'commander'
import type { Surroundings } from './surroundings.js'

/** Exit codes, the same for every command. */
export const HOLDS = 0
export const DOES_NOT_HOLD = 1
export const UNUSABLE = 2

/** A command line that was read. */
export interface Given {
  readonly args: readonly string[]
  /** By long name: `--write-baseline` is `writeBaseline`. */
  readonly options: Readonly<Record<string, string | true | undefined>>
}

/** One command. What it needs for its work it imports when it works: the others start without it. */
export interface Command {
  /** One line for the list. */
  readonly summary: string
  /** Adds arguments and options. */
  readonly declare: (command: Declared) => void
  readonly examples: readonly { readonly does: string; readonly line: string }[]
  /** @returns the exit code @throws UnusableError */
  readonly run: (given: Given, surroundings: Surroundings) => Promise<number>
}
