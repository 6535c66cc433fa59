/**
 * The family of service processes: started, watched, and always ended.
 *
 * Whatever ends a run (its end, a dead service, Ctrl-C), no process and no port is left behind: each child
 * is asked, then killed; and should this process die without a word, the closed channel ends them.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ServiceMessage, ServiceSettings } from './services/process.js'

export type ServiceName = 'inventory' | 'order' | 'warehouse'

export interface Service {
  readonly name: ServiceName
  readonly url: string
  readonly pid: number
}

export interface Family {
  start(name: ServiceName, settings: ServiceSettings): Promise<Service>
  /** Expects the service to die by itself. Resolves when it has, and has been started again as a supervisor would. */
  restart(name: ServiceName, settings: ServiceSettings): Promise<Service>
  /** Rejects when a service ends that was neither told nor expected to. */
  readonly broken: Promise<never>
  /** Ends all of them, and resolves when they are gone. */
  end(): Promise<void>
}

/** A run that cannot go on: its message is for the user, without a stack. */
export class RunError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message)
  }
}

const START_MS = 10_000
const END_MS = 3_000

export function family(): Family {
  const children = new Map<ChildProcess, ServiceName>()
  const expected = new Map<ServiceName, () => void>()
  let ending = false
  let breakUp: (error: RunError) => void
  const broken = new Promise<never>((_, reject) => (breakUp = reject))
  broken.catch(() => undefined)

  function start(name: ServiceName, settings: ServiceSettings): Promise<Service> {
    const entry = fileURLToPath(new URL(`./services/${name}.js`, import.meta.url))
    const child = fork(entry, [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] })
    children.set(child, name)
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)))

    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new RunError(`${name} did not start within ${START_MS / 1_000} s.`)),
        START_MS,
      )
      child.on('message', (message: ServiceMessage) => {
        if (message.type === 'failed') return reject(new RunError(message.message))
        clearTimeout(late)
        resolve({ name, url: `http://127.0.0.1:${message.port}`, pid: child.pid ?? 0 })
      })
      child.on('error', (error) => reject(new RunError(`${name} could not be started: ${error.message}`)))
      child.once('close', (code, signal) => {
        clearTimeout(late)
        children.delete(child)
        if (ending) return
        const again = expected.get(name)
        expected.delete(name)
        if (again) return again()
        const why = signal ? `killed by ${signal}` : `exit code ${code}`
        const error = new RunError(`${name} ended in the middle of the run (${why}).${said && `\n${said.trimEnd()}`}`)
        reject(error)
        breakUp(error)
      })
    })
  }

  async function restart(name: ServiceName, settings: ServiceSettings): Promise<Service> {
    await new Promise<void>((died) => expected.set(name, died))
    return start(name, settings)
  }

  async function end(): Promise<void> {
    ending = true
    await Promise.all([...children.keys()].map(stop))
  }

  return { start, restart, broken, end }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (child.connected) child.send('stop', () => undefined)
  const kill = setTimeout(() => child.kill('SIGKILL'), END_MS)
  await gone
  clearTimeout(kill)
}
