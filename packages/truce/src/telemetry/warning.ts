/**
 * Warning: how telemetry complains without ever failing the call that it watches.
 *
 * @module
 */

interface Surroundings {
  readonly process?: { emitWarning?: (message: string, options: { type: string; code: string }) => void }
  readonly reportError?: (error: unknown) => void
}

/** Surfaces as a process warning in Node, as a reported error in browsers and workers. Never throws. */
export function warn(code: string, message: string): void {
  const { process, reportError } = globalThis as Surroundings
  if (process?.emitWarning) process.emitWarning(message, { type: 'TruceWarning', code })
  else reportError?.(new Error(`${code}: ${message}`))
}

/** What an error says, for a warning: anything can be thrown, even what cannot be turned into text. */
export function said(error: unknown): string {
  if (error instanceof Error) return error.stack ?? error.message
  try {
    return String(error)
  } catch {
    return `a thrown ${typeof error}`
  }
}
