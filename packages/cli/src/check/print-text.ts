/**
 * A check as a person reads it: what does not hold and where, what one user action can cost, how long keys live.
 *
 * @module
 */
import type { Surroundings } from '../surroundings.js'
import { paintOn } from '../terminal/paint.js'
import { widthOf } from '../terminal/wrap.js'
import type { Checked } from './checked.js'
import { countsOf } from './counts.js'
import { findingsText } from './findings.js'
import { treesText } from './trees.js'
import { windowsText } from './windows.js'

export function print({ result, contracts }: Checked, { stdout, env }: Surroundings): void {
  const paint = paintOn(stdout, env)
  const width = widthOf(stdout)
  const verdict = result.ok
    ? paint('green', `✔ ${countsOf(result, contracts)}`)
    : paint('red', `✖ ${countsOf(result, contracts)}`)
  const parts = [
    ...findingsText(result.findings, { paint, width }),
    ...treesText(result, contracts, paint),
    ...windowsText(result.windows, paint),
    verdict,
  ]
  stdout.write(`${parts.join('\n\n')}\n`)
}
