/**
 * The browser of the browser tests: found, or installed where that takes no question.
 *
 * A test that skips itself where no browser is found stays green on every machine that has none, and
 * nobody notices when Truce no longer loads in one. So `npm test` sees to it that there is one, and
 * fails with what to install where it cannot.
 *
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { StepError, run, step } from './run.mjs'

/** Names under which packages and installers put one in PATH. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']

/** Where installers put one that is not in PATH. */
const PLACES = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
}

const ADVICE =
  'Install Chromium or Chrome (Debian, Ubuntu: sudo apt-get install chromium), or name one that is there: TRUCE_BROWSER=/path/to/chromium npm test'

/**
 * The browser to test in: `TRUCE_BROWSER`, else the first of the known ones that is there.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string} platform
 * @returns {string} path of its executable
 * @throws {StepError} where there is none, with what to install
 */
export function findBrowser(env = process.env, platform = process.platform) {
  const found = find(env, platform)
  if (found === undefined) throw new StepError('finding a browser', ADVICE)
  return found
}

/** Sees to it that there is one: on Debian and Ubuntu, as root, it is installed; else the advice is given. */
export async function browser() {
  if (find(process.env, process.platform) !== undefined) return
  if (process.getuid?.() !== 0 || inPath('apt-get', process.env) === undefined) findBrowser()
  const install = ['install', '-y', '--no-install-recommends', 'chromium']
  await step('installing a browser for the tests: apt-get install chromium', ADVICE, async () => {
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
    // The list of packages may be missing or too old; then it is fetched once.
    if ((await run('apt-get', install, quiet)) === 0) return 0
    return (await run('apt-get', ['update'], quiet)) || run('apt-get', install, quiet)
  })
  findBrowser()
}

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} platform
 */
function find(env, platform) {
  const named = env['TRUCE_BROWSER']
  if (named) {
    if (isExecutable(named)) return named
    throw new StepError(`TRUCE_BROWSER=${named}`, 'Name the executable of a browser, or unset it.')
  }
  for (const name of NAMES) {
    const there = inPath(name, env)
    if (there !== undefined) return there
  }
  return PLACES[/** @type {keyof typeof PLACES} */ (platform)]?.find(isExecutable)
}

/**
 * @param {string} name
 * @param {Record<string, string | undefined>} env
 */
function inPath(name, env) {
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter(Boolean)
  return folders.map((folder) => path.join(folder, name)).find(isExecutable)
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
