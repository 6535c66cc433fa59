/**
 * `npm test`: makes the clone ready, then every gate, then every test. The last line has the counts;
 * a gate that fails is one failure and ends the run.
 *
 * - `npm test -- --embedded` leaves out what needs a server and says so in one line more.
 * - `npm test -- packages/truce/src/policy` runs only the tests that match: no gates. What follows `--` goes to
 *   vitest, so `-t 'a name'` works too.
 *
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { browser } from './browser.mjs'
import { countsOf, line } from './counts.mjs'
import { GATES } from './gates.mjs'
import { StepError, root, run, step } from './run.mjs'
import { build, checkNode, exitWith, install } from './setup.mjs'

/**
 * What some tests need and a plain machine lacks; the one place where it is declared. `tests` are the
 * vitest patterns that `--embedded` leaves out, `ready` sees to it that it is there.
 *
 * @type {readonly { name: string, tests: readonly string[], ready: () => Promise<void> }[]}
 */
const SERVERS = [{ name: 'a browser', tests: ['packages/truce/test/runtimes/browser.test.ts'], ready: browser }]

/**
 * For a full run all of it, else what the chosen tests need: whoever tests the policies installs no browser.
 *
 * @param {readonly string[]} chosen
 */
async function prepare(chosen) {
  for (const { tests, ready } of SERVERS) {
    if (chosen.length === 0 || tests.some((each) => chosen.some((part) => each.includes(part)))) await ready()
  }
}

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

function leftOut() {
  const names = SERVERS.map(({ name }) => name)
  return `Left out: ${names.length > 0 ? `tests that need ${names.join(', ')}` : 'nothing (no test needs a server yet)'}`
}

await exitWith(async () => {
  const args = process.argv.slice(2)
  const embedded = args.includes('--embedded')
  const chosen = args.filter((arg) => arg !== '--embedded')
  const without = embedded ? SERVERS.flatMap(({ tests }) => tests.map((pattern) => `--exclude=${pattern}`)) : []
  let counts = { passed: 0, failed: 1, skipped: 0 }
  try {
    checkNode()
    await install()
    await build()
    if (!embedded) await prepare(chosen)
    if (chosen.length === 0)
      for (const gate of GATES) await step(gate.title, gate.repeat, () => run(gate.command, gate.args))
    counts = await test([...chosen, ...without])
    if (counts.failed > 0) console.error('To repeat one file: npm test -- PATH   one test: npm test -- -t NAME')
    return counts.failed > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    console.error(`\n${error.message}\n${error.advice}\nNo test was run; the step counts as one failure.`)
    return error.code
  } finally {
    console.log(line(counts))
    if (embedded) console.log(leftOut())
  }
})
