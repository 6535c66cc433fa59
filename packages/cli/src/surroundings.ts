/**
 * Surroundings: what a command reads of the process and where it writes, handed to it.
 *
 * @module
 */

/** Where text goes. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Satisfied by `process`. */
export interface Surroundings {
  /** Results. */
  readonly stdout: Output
  /** Messages. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}
