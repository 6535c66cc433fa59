/**
 * What every service process does alike: listen on loopback, say so to its parent, and end.
 *
 * A child that outlives its parent keeps a port and a database; so a closed channel ends it too, not only
 * an order to stop. Ctrl-C reaches the whole process group: the parent ends its children, they wait for it.
 *
 * @module
 */
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Server } from 'node:http'

/** What a service is started with, as JSON in its first argument. */
export interface ServiceSettings {
  /** 0 takes a free one. */
  readonly port: number
  /** Where its database and its log are. */
  readonly folder: string
  readonly seed: number
  /** Does it decide itself what it takes on? Of the inventory, where it is called with Truce. */
  readonly admission?: boolean
}

/** What a service process tells its parent. */
export type ServiceMessage =
  { readonly type: 'ready'; readonly port: number } | { readonly type: 'failed'; readonly message: string }

export function settingsOf(): ServiceSettings {
  const given = process.argv[2]
  if (given === undefined) {
    process.stderr.write('Give the settings as JSON, for example \'{"port":4001,"folder":"out","seed":1}\'.\n')
    process.exit(2)
  }
  return JSON.parse(given) as ServiceSettings
}

export function runService<E extends object>(
  name: string,
  settings: ServiceSettings,
  app: Hono<E>,
  close: () => void | Promise<void>,
): void {
  const tell = (message: ServiceMessage) => void process.send?.(message)
  const server = serve({ fetch: app.fetch, port: settings.port, hostname: '127.0.0.1' }, ({ port }) =>
    tell({ type: 'ready', port }),
  ) as Server
  server.on('error', (error: NodeJS.ErrnoException) => {
    const message =
      error.code === 'EADDRINUSE'
        ? `${name} cannot listen on port ${settings.port}: it is in use. End what uses it, or choose another --port.`
        : `${name} cannot listen on port ${settings.port}: ${error.message}`
    process.stderr.write(process.send ? '' : `${message}\n`)
    if (process.send) process.send({ type: 'failed', message } satisfies ServiceMessage, () => process.exit(1))
    else process.exit(1)
  })

  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    server.close()
    server.closeAllConnections()
    void (async () => close())().finally(() => process.exit(0))
  }
  process.on('message', (message) => {
    if (message === 'stop') end()
  })
  process.on('disconnect', end)
  process.on('SIGTERM', end)
  process.on('SIGINT', () => {
    if (!process.send) end()
  })
}
