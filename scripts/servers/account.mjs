/**
 * Who runs a Postgres: it refuses to run as root.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { StepError } from '../run.mjs'

/**
 * Root hands it to the user `postgres` that its packages make; anybody else runs it.
 *
 * @param {number | undefined} uid one's own; none on Windows
 * @param {() => import('./watched.mjs').Account | undefined} postgres the account of the user `postgres`
 * @returns {import('./watched.mjs').Account | undefined} none: oneself
 */
export function accountFor(uid, postgres) {
  if (uid !== 0) return undefined
  const account = postgres()
  if (account) return account
  throw new StepError(
    'running Postgres as root',
    'Postgres does not run as root. Make a user for it (useradd --system postgres), or run the tests as another user.',
  )
}

/** @returns {import('./watched.mjs').Account | undefined} */
export function postgresUser() {
  /** @param {'-u' | '-g'} which */
  const id = (which) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}
