/**
 * Print a simulation: what happened in words, the strategies in a table, and how it went over time.
 *
 * @module
 */
import type { Scenario, Simulated } from '@truce/lab'
import type { Surroundings } from '../surroundings.js'
import { paintOn } from '../terminal/paint.js'

/** Wider lines are no easier to read. */
const WIDEST = 120

export async function print(scenario: Scenario, simulated: Simulated, { stdout, env }: Surroundings): Promise<void> {
  const { terminalReport } = await import('@truce/lab/report')
  const paint = paintOn(stdout, env)
  const bold = (text: string) => paint('bold', text)
  stdout.write(terminalReport(scenario, simulated, { width: Math.min(WIDEST, stdout.columns ?? 80), bold }))
}
