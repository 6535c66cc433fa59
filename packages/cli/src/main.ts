/**
 * Main: from a command line to an exit code.
 *
 * @module
 */
import { UNUSABLE } from './command.js'
import { isUnusable } from './failure.js'
import { quietly } from './quiet.js'
import type { Surroundings } from './surroundings.js'
import { tell, tellBug } from './tell.js'

/**
 * Runs one command.
 *
 * @param argv without `node` and the script
 * @returns 0 holds, 1 does not hold, 2 unusable input or usage; a bug of Truce is told as such, with 2
 */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  quietly(surroundings)
  try {
    const { dispatch } = await import('./dispatch.js')
    return await dispatch(argv, surroundings)
  } catch (error) {
    const json = argv.includes('--json')
    if (isUnusable(error)) tell(error.problems, json, surroundings)
    else tellBug(error, json, surroundings)
    return UNUSABLE
  }
}
