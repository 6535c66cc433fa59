/**
 * `npm start [-- args…]`: makes the clone ready, then runs the orders example with the arguments given.
 *
 * @module
 */
import path from 'node:path'
import { root, run } from './run.mjs'
import { build, checkNode, exitWith, install } from './setup.mjs'

const main = path.join(root, 'examples', 'orders', 'dist', 'main.js')

await exitWith(async () => {
  checkNode()
  await install()
  await build()
  console.error('── starting the orders example')
  return run(process.execPath, [main, ...process.argv.slice(2)])
})
