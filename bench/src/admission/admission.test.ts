/** The bench runs, and its document has the agreed shape; what the figures are is for people to judge. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))

test('npm run bench:admission prints each figure with an admission and without', { timeout: 180_000 }, async () => {
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'bench'], { cwd: root })
  const { stdout } = await run(process.execPath, ['bench/dist/admission/main.js', '--quick', '--json'], { cwd: root })
  const found = JSON.parse(stdout) as Record<string, unknown>
  const names = [
    'goodput2x',
    'goodput5x',
    'p99Ratio',
    'recoverMs',
    'peakAfter',
    'peakBefore',
    'jobsDoneMs',
    'admissionUs',
  ]
  expect(Object.keys(found)).toEqual([...names, 'without', 'capacity', 'unloadedP99Ms'])
  expect(Object.keys(found['without'] as object)).toEqual(names)
  for (const figures of [found, found['without'] as Record<string, unknown>]) {
    for (const name of names) {
      // Where nothing recovered, or nothing was answered well.
      const never = figures[name] === null && ['recoverMs', 'jobsDoneMs', 'p99Ratio'].includes(name)
      expect([name, never || typeof figures[name]]).toEqual([name, never || 'number'])
    }
  }
})
