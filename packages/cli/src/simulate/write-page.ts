/**
 * Write the page of a simulation.
 *
 * @module
 */
import { closeSync, openSync, writeFileSync } from 'node:fs'
import type { Scenario, Simulated } from '@truce/lab'
import { unusable } from '../failure.js'

/**
 * Before a run of minutes, and not after it.
 *
 * @throws UnusableError where the file cannot be written
 */
export function checkPage(file: string): void {
  writing(file, () => closeSync(openSync(file, 'a')))
}

/** @throws UnusableError where the file cannot be written */
export async function writePage(file: string, scenario: Scenario, simulated: Simulated): Promise<void> {
  const { htmlReport } = await import('@truce/lab/report')
  writing(file, () => writeFileSync(file, htmlReport(scenario, simulated)))
}

function writing(file: string, write: () => void): void {
  try {
    write()
  } catch (cause) {
    const message = `${file} cannot be written: ${(cause as Error).message}`
    throw unusable(message, 'Name a file in a folder that there is', { cause })
  }
}
