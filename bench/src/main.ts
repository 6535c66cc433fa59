/**
 * `npm run bench`: Truce beside its peers, in one run, as ratios to a bare `await fn()`.
 *
 * No target is asserted: the numbers of a shared machine are for reading. The table marks what was missed.
 *
 * @module
 */
import { HELP, parseOptions } from './options.js'
import { report } from './report.js'
import { table } from './table.js'

const options = parseOptions(process.argv.slice(2))
if (options.help) process.stdout.write(HELP)
else {
  const found = await report(options)
  process.stdout.write(options.json ? `${JSON.stringify(found, undefined, 2)}\n` : `${table(found)}\n`)
}
