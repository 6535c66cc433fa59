/**
 * Progress of a simulation: how far it is, events a second, and how long it will take.
 *
 * A simulation never waits, so no timer would fire within it: it is told from within, and looks at the clock.
 *
 * @module
 */
import type { Output } from '../surroundings.js'

export interface SimulationProgress {
  /** @param done from 0 to 1 @param events so far */
  readonly step: (done: number, events: number) => void
  readonly end: () => void
}

/** What is over sooner needs no line that only flickers, ms. */
const AFTER = 300
/** A line that changes, and a new line each time where there is no terminal, ms. */
const EVERY = { line: 100, lines: 5_000 }
const CLEAR = '\r\u001B[K'

/** Nothing where nobody looks on, unless it is asked for. */
export function simulationProgress(
  stderr: Output,
  { always, clock }: { readonly always: boolean; readonly clock: () => number },
): SimulationProgress {
  const oneLine = stderr.isTTY === true
  if (!oneLine && !always) return { step: () => undefined, end: () => undefined }
  const began = clock()
  let next = began + AFTER
  let shown = false
  return {
    step(done, events) {
      const now = clock()
      if (now < next || done <= 0) return
      next = now + (oneLine ? EVERY.line : EVERY.lines)
      shown = true
      const text = lineOf(done, events, now - began)
      stderr.write(oneLine ? `${CLEAR}${text}` : `${text}\n`)
    },
    end: () => void (shown && oneLine && stderr.write(CLEAR)),
  }
}

function lineOf(done: number, events: number, ms: number): string {
  const rate = (events / ms / 1_000).toFixed(2)
  const left = Math.ceil((ms * (1 - done)) / done / 1_000)
  return `${Math.floor(100 * done)} %, ${rate} million events a second, ${left} s left`
}
