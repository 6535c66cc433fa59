/**
 * Write the page of a simulation.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import type { Scenario, Simulated } from '@truce/lab'
import { unusable } from '../failure.js'

/** @throws UnusableError where the file cannot be written */
export async function writePage(file: string, scenario: Scenario, simulated: Simulated): Promise<void> {
  const { htmlReport } = await import('@truce/lab/report')
  try {
    writeFileSync(file, htmlReport(scenario, simulated))
  } catch (error) {
    throw unusable(`${file} cannot be written: ${(error as Error).message}`, 'Name a file in a folder that there is', {
      cause: error,
    })
  }
}
