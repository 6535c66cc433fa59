/**
 * `npm run matrix [-- 22 26]`: the unit tests of `truce` under every Node that it supports, one line a version.
 *
 * What holds on the developer's Node may fail on a user's: AsyncLocalStorage, AbortSignal, streams and
 * the built-in fetch differ from line to line. The binaries are packages of npm, pinned exactly, so a red line
 * means that we changed something. Their folder's `.bin/node` would shadow Node for every script, hence a
 * folder outside the workspaces, and each binary is called by its path.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { countsOf, line } from '../scripts/counts.mjs'
import { StepError, root, run, step } from '../scripts/run.mjs'
import { build, checkNode, exitWith, install } from '../scripts/setup.mjs'

const folder = path.join(root, 'matrix')
const INSTALL = ['install', '--prefix', 'matrix', '--no-package-lock', '--no-save', '--no-audit', '--no-fund']

/** What package.json pins, by major version: `{ 22: '22.23.3' }`. @returns {Record<string, string>} */
function pinned() {
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, alias]) => [name.slice('node-'.length), alias.split('@').at(-1)]),
  )
}

/** @param {string} major */
const binaryOf = (major) => path.join(folder, 'node_modules', `node-${major}`, 'bin', 'node')

/** @param {string} binary */
const versionOf = (binary) =>
  existsSync(binary) ? spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1) : undefined

/** @param {Record<string, string>} versions */
async function binaries(versions) {
  const there = () => Object.entries(versions).every(([major, version]) => versionOf(binaryOf(major)) === version)
  if (there()) return
  const command = `npm ${INSTALL.join(' ')}`
  await step('installing the Nodes', command, () => run('npm', INSTALL))
  if (!there()) throw new StepError('installing the Nodes', 'Remove matrix/node_modules and try again')
}

/** @param {string} binary @param {string} version */
function test(binary, version) {
  console.error(`── Node ${version}`)
  const report = path.join(root, 'out', 'matrix', `${version}.json`)
  mkdirSync(path.dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const args = ['run', '--project=unit', '--reporter=minimal', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync(binary, [vitest, ...args, 'packages/truce/'], {
    cwd: root,
    stdio: 'inherit',
    // A test that starts `node` starts this one.
    env: { ...process.env, PATH: `${path.dirname(binary)}${path.delimiter}${process.env['PATH'] ?? ''}` },
  })
  return countsOf(report, status ?? 1)
}

await exitWith(async () => {
  const here = `${process.platform}-${process.arch}`
  if (here !== 'linux-x64') {
    const advice = `This is ${here}. Switch Node by your version manager and say: npx vitest run --project=unit packages/truce/`
    throw new StepError('the matrix has the binaries of linux-x64 only: it', advice, 2)
  }
  const all = pinned()
  const chosen = process.argv.slice(2)
  const unknown = chosen.find((major) => !(major in all))
  if (unknown) throw new StepError(`Node ${unknown}`, `There are: ${Object.keys(all).join(', ')}`, 2)

  checkNode()
  await install()
  await binaries(all)
  await build()

  const majors = chosen.length > 0 ? chosen : Object.keys(all)
  /** @type {[version: string, binary: string][]} */
  const nodes = majors.map((major) => [all[major] ?? '', binaryOf(major)])
  if (chosen.length === 0) nodes.unshift([process.versions.node, process.execPath])
  const results = nodes.map(([version, binary]) => ({ version, counts: test(binary, version) }))

  for (const { version, counts } of results) console.log(`Node ${version}: ${line(counts)}`)
  return results.some(({ counts }) => counts.failed > 0) ? 1 : 0
})
