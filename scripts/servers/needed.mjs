/**
 * What some tests need and a plain machine lacks; the one place where it is declared.
 *
 * @module
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { browser } from '../browser.mjs'
import { root } from '../run.mjs'
import { postgres } from './postgres.mjs'
import { redis } from './redis.mjs'

/**
 * @typedef {object} Needed
 * @property {string} name
 * @property {string} tests how the paths of the tests that need it end
 * @property {() => Promise<void>} ready sees to it that it is there
 */

/** @type {readonly Needed[]} */
export const NEEDED = [
  { name: 'a browser', tests: '/runtimes/browser.test.ts', ready: browser },
  { name: 'Postgres', tests: '.postgres.test.ts', ready: postgres },
  { name: 'Redis', tests: '.redis.test.ts', ready: redis },
]

/**
 * The vitest patterns of the tests that need one of them.
 *
 * @param {readonly Needed[]} needed
 */
export const patterns = (needed = NEEDED) =>
  needed.map(({ tests }) => (tests.startsWith('/') ? `**${tests}` : `**/*${tests}`))

/**
 * For a full run all of it, else what the chosen tests need: whoever tests the policies installs no browser.
 *
 * @param {readonly string[]} chosen arguments for vitest, of which parts of paths choose tests
 * @param {readonly string[]} files paths of the tests that there are
 */
export function neededBy(chosen, files = testFiles()) {
  if (chosen.length === 0) return NEEDED
  const parts = chosen.filter((part) => !part.startsWith('-')).map(asVitest)
  return NEEDED.filter(({ tests }) =>
    files.some((file) => file.endsWith(tests) && parts.some((part) => file.toLowerCase().includes(part))),
  )
}

/**
 * As vitest compares it with a path below the root; `:12` at its end is a line of the file.
 *
 * @param {string} part
 */
function asVitest(part) {
  const below = path.isAbsolute(part) ? path.relative(root, part) : path.normalize(part)
  return below.replace(/:\d+$/, '').replaceAll(path.sep, '/').toLowerCase()
}

const FOLDERS = ['packages', 'examples', 'scripts', 'bench', 'torture']

function testFiles() {
  return FOLDERS.flatMap((folder) => under(folder)).filter((file) => file.endsWith('.test.ts'))
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function under(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const there = `${folder}/${entry.name}`
    if (!entry.isDirectory()) return [there]
    return entry.name === 'node_modules' || entry.name === 'dist' ? [] : under(there)
  })
}
