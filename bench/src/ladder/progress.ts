/**
 * Progress of a long run: how far it is, how fast, how long it will take.
 *
 * @module
 */

/** Satisfied by `process.stderr`. */
export interface Terminal {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
}

export interface Progress {
  readonly step: (done: number, all: number, name: string) => void
  readonly end: () => void
}

const CLEAR = '\r\u001B[K'

/**
 * On a terminal one line that changes; elsewhere nothing, or a line a step where it is asked for.
 *
 * @param clock ms
 */
export function progressOn(terminal: Terminal, { always, clock }: { always: boolean; clock: () => number }): Progress {
  const shows = terminal.isTTY === true
  if (!shows && !always) return { step: () => undefined, end: () => undefined }
  const began = clock()
  return {
    step(done, all, name) {
      const each = (clock() - began) / done / 1_000
      const left = Math.round(each * (all - done))
      const text = `${done} of ${all} storms, ${each.toFixed(1)} s each, ${left} s left: ${name}`
      terminal.write(shows ? `${CLEAR}${text}` : `${text}\n`)
    },
    end: () => void (shows && terminal.write(CLEAR)),
  }
}
