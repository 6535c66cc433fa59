/**
 * A Redis of one's own for a test, on a free port of the loopback.
 *
 * @example
 *   const redis = await startRedis({ config: { appendonly: 'yes' } })
 *   const client = new Redis(redis.url)
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { inPath, isExecutable, located, provided } from '../packages.mjs'
import { StepError } from '../run.mjs'
import { HOST } from './port.mjs'
import { startServer } from './server.mjs'

/** @type {import('../packages.mjs').Program} */
const REDIS = {
  name: 'redis-server',
  packages: ['redis-server'],
  advice:
    'Install Redis (Debian, Ubuntu: sudo apt-get install redis-server; macOS: brew install redis), or name one that is there: TRUCE_REDIS_SERVER=/path/to/redis-server npm test',
  find(env = process.env, platform = process.platform) {
    const named = env['TRUCE_REDIS_SERVER']
    if (named) {
      if (isExecutable(named)) return named
      throw new StepError(`TRUCE_REDIS_SERVER=${named}`, 'Name the executable of redis-server, or unset it.')
    }
    return inPath('redis-server', env) ?? PLACES[/** @type {keyof typeof PLACES} */ (platform)]?.find(isExecutable)
  },
}

/** Where installers put one that is not in PATH. */
const PLACES = { darwin: ['/opt/homebrew/bin/redis-server', '/usr/local/bin/redis-server'] }

/**
 * The server: `TRUCE_REDIS_SERVER`, else the one in PATH, else where Homebrew puts it.
 *
 * @param {Record<string, string | undefined>} [env]
 * @param {string} [platform]
 * @returns {string} path of its executable
 * @throws {StepError} where there is none, with what to install
 */
export const findRedis = (env, platform) => located(REDIS, env, platform)

/** Sees to it that there is one: on Debian and Ubuntu, as root, it is installed; else the advice is given. */
export const redis = () => provided(REDIS)

/** Nothing is evicted, as the stores demand, and nothing is written to disk unless a test asks for it. */
const DEFAULTS = { 'maxmemory-policy': 'noeviction', appendonly: 'no', save: '""' }

/**
 * Starts one in a fresh folder; it answers PING when this returns.
 *
 * @param {{ config?: Record<string, string> }} [options] `config`: as redis.conf would say it, such as
 *   `{ appendonly: 'yes', save: '60 1' }`
 */
export async function startRedis({ config = {} } = {}) {
  const settings = Object.entries({ ...DEFAULTS, ...config }).map(([name, value]) => `${name} ${value}\n`)
  return startServer({
    name: 'Redis',
    account: undefined,
    command: findRedis(),
    args: (port, folder) => {
      const ours = { bind: HOST, port: String(port), dir: folder, daemonize: 'no', logfile: '' }
      return [path.join(folder, 'redis.conf'), ...Object.entries(ours).flatMap(([name, value]) => [`--${name}`, value])]
    },
    url: (port) => `redis://${HOST}:${port}`,
    end: 'SIGTERM',
    quit: 'SIGKILL',
    prepare: ({ folder }) => writeFile(path.join(folder, 'redis.conf'), settings),
    // Until it has loaded its data, it answers PING with -LOADING. Whose answer it is tells its process id.
    ready: async ({ port, pid }) => {
      const answer = await reply(port, 'PING\r\nINFO server\r\nQUIT\r\n')
      return answer.startsWith('+PONG') && answer.includes(`\r\nprocess_id:${pid}\r\n`)
    },
  })
}

/**
 * @param {number} port
 * @param {string} commands
 * @returns {Promise<string>} all that it answers; nothing when it does not listen
 */
function reply(port, commands) {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, HOST, () => socket.write(commands))
    socket.setEncoding('utf8')
    socket.on('data', (/** @type {string} */ text) => (answer += text))
    socket.setTimeout(1_000, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}
