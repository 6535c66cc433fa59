/**
 * `npm run mutation`: runs Stryker with the options given, and fails where a test file of policy/ took no part.
 *
 * Stryker goes on without a file that cannot be loaded in its sandbox, and whatever only that file holds counts as a
 * survivor, or as a part that no test reaches.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const REPORT = 'out/mutation/report.json'
const TESTS = 'packages/truce/src/policy'

process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
rmSync(REPORT, { force: true })
const stryker = path.join('node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js')
const { status } = spawnSync(process.execPath, [stryker, 'run', ...process.argv.slice(2)], { stdio: 'inherit' })
process.exitCode = status ?? 1

if (!existsSync(REPORT)) process.stderr.write('No report, so nobody looked whether every test file took part.\n')
else {
  /** @type {{ testFiles: Record<string, unknown> }} */
  const { testFiles } = JSON.parse(readFileSync(REPORT, 'utf8'))
  const missing = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${TESTS}/${name.split(path.sep).join('/')}`)
    .filter((file) => testFiles[file] === undefined)
  for (const file of missing) {
    process.stderr.write(`${file} took no part: see that all it imports is in the sandbox (stryker.config.mjs)\n`)
  }
  if (missing.length > 0) process.exitCode = 1
}
