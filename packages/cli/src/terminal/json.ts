/**
 * JSON: the one object that `--json` prints.
 *
 * @module
 */
import type { Output } from '../surroundings.js'

export function printJson(stdout: Output, result: object): void {
  stdout.write(`${JSON.stringify(result, undefined, 2)}\n`)
}
