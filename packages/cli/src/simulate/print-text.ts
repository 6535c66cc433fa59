/**
 * Print a simulation: one line a strategy.
 *
 * @module
 */
import type { Simulated } from '@truce/lab'
import type { Surroundings } from '../surroundings.js'

export function print({ result }: Simulated, { stdout }: Surroundings): void {
  stdout.write(`${result.name}, seed ${result.seed}\n`)
  for (const [name, { calls, finalSuccess, amplification }] of Object.entries(result.strategies)) {
    const success = `${(100 * finalSuccess).toFixed(1)} % of ${calls} calls`
    stdout.write(`  ${name}: ${success} succeed, ${amplification.toFixed(2)} attempts a call\n`)
  }
}
