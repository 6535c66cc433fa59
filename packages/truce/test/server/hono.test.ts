import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { AddressInfo } from 'node:net'
import { contextOf, guarded, problems } from 'truce/server/hono'
import { conformance, type Framework } from './conformance.js'
import { webAnswer } from './web-answer.js'

const framework: Framework = {
  name: 'hono',
  unknownError: 500,
  async start(operation, scene) {
    const app = new Hono()
    app.onError(problems())
    app.all('*', guarded(operation), async (c) => webAnswer(await scene(contextOf(c), () => c.req.text())))
    const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
      const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made))
    })
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: () =>
        new Promise((resolve) => {
          ;(server as { closeAllConnections?: () => void }).closeAllConnections?.()
          server.close(() => resolve())
        }),
    }
  },
}

conformance(framework)
