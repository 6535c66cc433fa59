/**
 * Agent: gives up early on a connection that does not come, without hurrying an answer that does.
 *
 * An attempt timeout covers both. Long enough for the slowest good answer, it lets a dead host eat
 * the whole of it; and as it cannot tell whether the request had left, a write without a key is not
 * repeated after it. A connect timeout is short, and before it nothing was sent: `not-applied`.
 *
 * Undici's own `connectTimeout` goes by a clock that ticks every half second: 100 ms can take ten times
 * as long. Here a timer of our own ends the attempt; undici's later closes the socket.
 *
 * @module
 */
import { Agent, buildConnector, errors } from 'undici'
import { OptionError } from '../guard/errors.js'
import { type Duration, duration } from '../options/units.js'

/** Undici's own options (connections, keep-alive, `bodyTimeout`, …), with a connect timeout that is kept. */
export interface AgentOptions extends Omit<Agent.Options, 'connect' | 'connectTimeout' | 'factory'> {
  /** Longest time for name, connection and TLS handshake together, such as `'200ms'`. More than 0. */
  readonly connectTimeout: Duration
  /** For the sockets: `ca`, `cert`, `key`, `localAddress` and the like. */
  readonly connect?: Omit<buildConnector.BuildOptions, 'timeout'>
}

/**
 * Makes an Agent to hand to `createFetch({ dispatcher })`, or to any fetch of undici or Node.
 *
 * A connection that is not there after `connectTimeout` fails what waits for it with
 * `UND_ERR_CONNECT_TIMEOUT`: class `unavailable`, certainty `not-applied`. Close it, once, at shutdown.
 *
 * @throws OptionError where connectTimeout is no duration of more than 0
 * @example
 * const inventoryFetch = createFetch({ dependency: inventory, dispatcher: agent({ connectTimeout: '200ms' }) })
 */
export function agent(options: AgentOptions): Agent {
  const { connectTimeout, connect, ...rest } = options ?? {}
  const ms = duration(connectTimeout, 'agent.connectTimeout')
  if (ms === 0) throw new OptionError('agent.connectTimeout', connectTimeout, "more than 0, such as '200ms'")
  const connector = buildConnector({ ...ofSockets(rest), ...connect, timeout: ms })
  return new Agent({ ...rest, connect: onTime(connector, ms) })
}

/** An Agent that is given a connector no longer hands these to the one that it would have made. */
function ofSockets(options: Agent.Options): buildConnector.BuildOptions {
  const { allowH2, maxCachedSessions, socketPath, autoSelectFamily, autoSelectFamilyAttemptTimeout } = options
  return {
    ...(allowH2 !== undefined && { allowH2 }),
    ...(maxCachedSessions !== undefined && { maxCachedSessions }),
    ...(socketPath !== undefined && { socketPath }),
    ...(autoSelectFamily !== undefined && { autoSelectFamily }),
    ...(autoSelectFamilyAttemptTimeout !== undefined && { autoSelectFamilyAttemptTimeout }),
  }
}

function onTime(connect: buildConnector.connector, ms: number): buildConnector.connector {
  return (options, callback) => {
    let over = false
    let turn: NodeJS.Immediate | undefined
    // Timers come before sockets: after a stall the connection may be there, unread. It gets one turn first.
    const timer = setTimeout(() => (turn = setImmediate(giveUp)), ms)
    const giveUp = (): void => {
      over = true
      const where = `${options.hostname}:${options.port || options.protocol}`
      callback(new errors.ConnectTimeoutError(`no connection to ${where} within ${ms} ms`), null)
    }
    connect(options, (...[error, socket]) => {
      if (over) return void socket?.destroy()
      over = true
      clearTimeout(timer)
      if (turn) clearImmediate(turn)
      if (error) callback(error, null)
      else callback(null, socket)
    })
  }
}
