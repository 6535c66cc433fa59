/**
 * `npm test`: makes the clone ready, then every gate, then every test. The last line has the counts;
 * a gate that fails is one failure and ends the run.
 *
 * - `npm test -- --embedded` leaves out what needs a server or a browser and says so in one line more.
 * - `npm test -- packages/truce/src/policy` runs only the tests that match: no gates. What follows `--` goes to
 *   vitest, so `-t 'a name'` works too.
 *
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { countsOf, line } from './counts.mjs'
import { GATES } from './gates.mjs'
import { StepError, root, run, step } from './run.mjs'
import { NEEDED, neededBy } from './servers/needed.mjs'
import { build, checkNode, exitWith, install } from './setup.mjs'

/** The tests that need none of it. */
const EMBEDDED = fileURLToPath(new URL('servers/embedded.config.ts', import.meta.url))

const report = path.join(root, 'out', 'test', 'vitest.json')

/** @param {readonly string[]} args for vitest */
async function test(args) {
  mkdirSync(path.dirname(report), { recursive: true })
  rmSync(report, { force: true })
  console.log('── tests: vitest')
  const code = await run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ])
  return countsOf(report, code)
}

await exitWith(async () => {
  const args = process.argv.slice(2)
  const embedded = args.includes('--embedded')
  const chosen = args.filter((arg) => arg !== '--embedded')
  let counts = { passed: 0, failed: 1, skipped: 0 }
  try {
    checkNode()
    await install()
    await build()
    if (!embedded) for (const { ready } of neededBy(chosen)) await ready()
    if (chosen.length === 0)
      for (const gate of GATES) await step(gate.title, gate.repeat, () => run(gate.command, gate.args))
    counts = await test(embedded ? [...chosen, `--config=${EMBEDDED}`] : chosen)
    if (counts.failed > 0) console.error('To repeat one file: npm test -- PATH   one test: npm test -- -t NAME')
    return counts.failed > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    console.error(`\n${error.message}\n${error.advice}\nNo test was run; the step counts as one failure.`)
    return error.code
  } finally {
    console.log(line(counts))
    if (embedded) console.log(`Left out: tests that need ${NEEDED.map(({ name }) => name).join(' or ')}`)
  }
})
