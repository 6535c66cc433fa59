/**
 * Tell: problems on stderr for a person; with `--json` as one object on stdout besides, for a program.
 *
 * @module
 */
import type { Problem } from './failure.js'
import type { Surroundings } from './surroundings.js'
import { paintOn } from './terminal/paint.js'
import { printable } from './terminal/printable.js'

const BUGS = 'Please report it, with what TRUCE_DEBUG=1 adds to it'

export function tell(problems: readonly Problem[], json: boolean, { stdout, stderr, env }: Surroundings): void {
  const paint = paintOn(stderr, env)
  for (const problem of problems) {
    const { message, fix } = problem
    stderr.write(`${paint('red', placeOf(problem))} ${sentence(message)}\n  ${paint('cyan', '→')} ${sentence(fix)}\n`)
  }
  if (json) stdout.write(`${JSON.stringify({ ok: false, problems }, undefined, 2)}\n`)
}

/** A bug of ours: one line, and the stack only where it is asked for. */
export function tellBug(error: unknown, json: boolean, surroundings: Surroundings): void {
  const message = error instanceof Error ? error.message : String(error)
  const [line = ''] = message.split('\n')
  tell([{ message: `This is a bug in truce: ${line}`, fix: BUGS }], json, surroundings)
  const debug = surroundings.env['TRUCE_DEBUG']
  if (debug && error instanceof Error) surroundings.stderr.write(`${error.stack ?? ''}\n`)
}

/** The path of the field is in the sentence. */
function placeOf({ file, line, column }: Problem): string {
  if (file === undefined) return 'truce:'
  const name = printable(file)
  return line === undefined ? `${name}:` : `${name}:${line}:${column ?? 1}:`
}

/** One line, with a full stop. */
function sentence(text: string): string {
  const line = printable(text.replaceAll(/\s+/g, ' ')).trim()
  return /[.!?]$/.test(line) ? line : `${line}.`
}
