/**
 * Recovery: how long after the last fault until calls succeed again, and go on doing so.
 *
 * @module
 */
import { SECOND } from './tally.js'

/** So long it has to last, in seconds. */
const STEADY = 10
const GOOD = 0.99

/**
 * From the end of the last fault to the first second from which, for 10 s, 99 % of the calls started in each second
 * succeed. Seconds without calls are passed over.
 *
 * @param faultsEnd ms; `null`: there was none
 * @param started   calls by the second in which they started
 * @returns ms; `null`: never within what was simulated
 */
export function recoveredAfter(
  faultsEnd: number | null,
  started: Float64Array,
  startedWell: Float64Array,
): number | null {
  if (faultsEnd === null) return null
  const good = (second: number) => {
    const calls = started[second] as number
    return calls === 0 || (startedWell[second] as number) >= GOOD * calls
  }
  for (let first = Math.floor(faultsEnd / SECOND); first + STEADY <= started.length; first++) {
    let last = first
    while (last < first + STEADY && good(last)) last++
    if (last === first + STEADY) return Math.max(0, first * SECOND - faultsEnd)
    first = last
  }
  return null
}
