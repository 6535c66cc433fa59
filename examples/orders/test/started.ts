/**
 * Started: one service of the example, as a process of its own.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { built } from './built.js'

export interface Started {
  readonly url: string
  readonly child: ChildProcess
  /** Resolves when it is gone. */
  stop(): Promise<void>
}

export async function startService(name: string, folder: string, more: object = {}): Promise<Started> {
  const settings = JSON.stringify({ port: 0, folder, seed: 1, ...more })
  const child = fork(built(`services/${name}.js`), [settings], { execArgv: [] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.send('stop')
      await gone
    },
  }
}
