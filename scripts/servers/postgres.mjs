/**
 * A Postgres of one's own for a test, on a free port of the loopback.
 *
 * @example
 *   const postgres = await startPostgres({ settings: { deadlock_timeout: '100ms' } })
 *   const pool = new pg.Pool({ connectionString: postgres.url })
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { isExecutable, located, pathOf, provided } from '../packages.mjs'
import { StepError } from '../run.mjs'
import { accountFor, postgresUser } from './account.mjs'
import { HOST } from './port.mjs'
import { startServer } from './server.mjs'
import { template } from './template.mjs'

/** @type {import('../packages.mjs').Program} */
const POSTGRES = {
  name: 'Postgres',
  packages: ['postgresql'],
  advice:
    'Install Postgres (Debian, Ubuntu: sudo apt-get install postgresql; macOS: brew install postgresql), or name one that is there: TRUCE_POSTGRES_BIN=/folder/of/postgres/and/initdb npm test',
  find(env = process.env, platform = process.platform) {
    const named = env['TRUCE_POSTGRES_BIN']
    if (named) {
      if (hasPrograms(named)) return named
      throw new StepError(
        `TRUCE_POSTGRES_BIN=${named}`,
        'Name the folder of the programs postgres and initdb, or unset it.',
      )
    }
    return [...pathOf(env), ...places(platform)].find(hasPrograms)
  },
}

/** @param {string} folder */
const hasPrograms = (folder) => ['postgres', 'initdb'].every((name) => isExecutable(path.join(folder, name)))

/**
 * Where packages put them: Debian keeps all but `psql` out of PATH, so does Homebrew with most versions.
 *
 * @param {string} platform
 */
function places(platform) {
  if (platform === 'linux') return versions('/usr/lib/postgresql', '')
  if (platform === 'darwin')
    return ['/opt/homebrew/opt', '/usr/local/opt'].flatMap((opt) => versions(opt, 'postgresql@'))
  return []
}

/**
 * The `bin` folders of the versions in a folder, the newest first.
 *
 * @param {string} folder
 * @param {string} prefix of their names, before the version
 */
export function versions(folder, prefix) {
  return list(folder)
    .filter((name) => name.startsWith(prefix) && Number(name.slice(prefix.length)) > 0)
    .toSorted((a, b) => Number(b.slice(prefix.length)) - Number(a.slice(prefix.length)))
    .map((name) => path.join(folder, name, 'bin'))
}

/** @param {string} folder */
function list(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * The programs: `TRUCE_POSTGRES_BIN`, else those in PATH, else the newest where packages put them.
 *
 * @param {Record<string, string | undefined>} [env]
 * @param {string} [platform]
 * @returns {string} their folder
 * @throws {StepError} where there are none, with what to install
 */
export const findPostgres = (env, platform) => located(POSTGRES, env, platform)

/** Sees to it that they are there: on Debian and Ubuntu, as root, they are installed; else the advice is given. */
export const postgres = () => provided(POSTGRES)

/** Memory that its processes share lies with its data, so that it goes with them after a kill. */
const DEFAULTS = { dynamic_shared_memory_type: 'mmap' }

/**
 * Starts one with fresh data; it takes connections when this returns.
 *
 * @param {{ settings?: Record<string, string> }} [options] `settings`: as postgresql.conf would say it,
 *   such as `{ fsync: 'off', deadlock_timeout: '100ms' }`
 */
export async function startPostgres({ settings = {} } = {}) {
  const bin = findPostgres()
  const account = accountFor(process.getuid?.(), postgresUser)
  const data = (/** @type {string} */ folder) => path.join(folder, 'data')
  return startServer({
    name: 'Postgres',
    account,
    command: path.join(bin, 'postgres'),
    args: (port, folder) => {
      const ours = { port: String(port), listen_addresses: HOST, unix_socket_directories: '' }
      const all = Object.entries({ ...DEFAULTS, ...settings, ...ours })
      return ['-D', data(folder), ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
    },
    url: (port) => `postgres://postgres@${HOST}:${port}/postgres`,
    end: 'SIGINT', // ends its connections too; SIGTERM would wait for the clients
    quit: 'SIGQUIT', // unlike SIGKILL it gives its shared memory back
    prepare: async (held) => {
      const packed = await template(bin, account)
      mkdirSync(data(held.folder), { mode: 0o700 })
      if (account) chownSync(data(held.folder), account.uid, account.gid)
      await held.run('tar', ['-xf', packed, '-C', data(held.folder)])
    },
    ready: ({ pid, folder }) => Promise.resolve(isReady(status(data(folder)), pid)),
    tidy: (folder) => release(status(data(folder))),
  })
}

/**
 * The lines of its lock file; none when it does not run.
 *
 * @param {string} data
 */
function status(data) {
  try {
    return readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/**
 * Its own word for it, as `pg_ctl --wait` reads it: the process id in the first line, its status in the eighth.
 *
 * @param {readonly string[]} lines
 * @param {number} pid
 */
const isReady = (lines, pid) => Number(lines[0]) === pid && lines[7]?.trim() === 'ready'

/**
 * A server that was killed has left its lock file, and of System V's shared memory the segment that the seventh
 * line names. It is small, but macOS has no more than 32 of them for all programs.
 *
 * @param {readonly string[]} lines
 */
function release(lines) {
  const segment = lines[6]?.trim().split(/\s+/)[1]
  if (segment !== undefined) spawnSync('ipcrm', ['-m', segment], { stdio: 'ignore' })
}
