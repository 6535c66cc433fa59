/**
 * The browser of the browser tests.
 *
 * A test that skips itself where no browser is found stays green on every machine that has none, and
 * nobody notices when Truce no longer loads in one. So `npm test` sees to it that there is one, and
 * fails with what to install where it cannot.
 *
 * @module
 */
import { inPath, isExecutable, located, provided } from './packages.mjs'
import { StepError } from './run.mjs'

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

/** @type {import('./packages.mjs').Program} */
const BROWSER = {
  name: 'a browser',
  packages: ['chromium'],
  advice:
    'Install Chromium or Chrome (Debian, Ubuntu: sudo apt-get install chromium), or name one that is there: TRUCE_BROWSER=/path/to/chromium npm test',
  find(env = process.env, platform = process.platform) {
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
  },
}

/**
 * The browser to test in: `TRUCE_BROWSER`, else the first of the known ones that is there.
 *
 * @param {Record<string, string | undefined>} [env]
 * @param {string} [platform]
 * @returns {string} path of its executable
 * @throws {StepError} where there is none, with what to install
 */
export const findBrowser = (env, platform) => located(BROWSER, env, platform)

/** Sees to it that there is one: on Debian and Ubuntu, as root, it is installed; else the advice is given. */
export const browser = () => provided(BROWSER)
