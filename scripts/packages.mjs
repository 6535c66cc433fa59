/**
 * Programs of the machine that tests need: found, or installed where that takes no question.
 *
 * A test that skips itself where its server is missing stays green on every machine that lacks it. So a
 * program that is needed is either there, or put there, or its absence is an error that says what to install.
 *
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'
import { StepError, run, step } from './run.mjs'

/**
 * A program that tests need.
 *
 * @typedef {object} Program
 * @property {string} name as in "finding a browser"
 * @property {readonly string[]} packages of Debian and Ubuntu that have it
 * @property {string} advice what to install, and which variable names one that is there
 * @property {(env?: Record<string, string | undefined>, platform?: string) => string | undefined} find
 */

/**
 * Where it is.
 *
 * @param {Program} program
 * @param {Record<string, string | undefined>} [env]
 * @param {string} [platform]
 * @returns {string}
 * @throws {StepError} where there is none, with what to install
 */
export function located(program, env = process.env, platform = process.platform) {
  const found = program.find(env, platform)
  if (found === undefined) throw new StepError(`finding ${program.name}`, program.advice)
  return found
}

/**
 * Sees to it that it is there: on Debian and Ubuntu, as root, it is installed; else the advice is given.
 *
 * @param {Program} program
 */
export async function provided(program) {
  const { name, packages, advice } = program
  if (program.find(process.env, process.platform) !== undefined) return
  if (process.getuid?.() !== 0 || inPath('apt-get', process.env) === undefined) located(program)
  const install = ['install', '-y', '--no-install-recommends', ...packages]
  await step(`installing ${name} for the tests: apt-get install ${packages.join(' ')}`, advice, async () => {
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
    // The list of packages may be missing or too old; then it is fetched once.
    if ((await run('apt-get', install, quiet)) === 0) return 0
    return (await run('apt-get', ['update'], quiet)) || run('apt-get', install, quiet)
  })
  located(program)
}

/**
 * The first file of that name in PATH that can be run.
 *
 * @param {string} name
 * @param {Record<string, string | undefined>} env
 */
export function inPath(name, env) {
  return pathOf(env)
    .map((folder) => path.join(folder, name))
    .find(isExecutable)
}

/** @param {Record<string, string | undefined>} env */
export const pathOf = (env) => (env['PATH'] ?? '').split(path.delimiter).filter(Boolean)

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
