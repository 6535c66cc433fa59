/**
 * Over framework: the shop behind any adapter of the conformance suite, a server for each route that is asked for.
 *
 * @module
 */
import { onTestFinished } from 'vitest'
import type { Answering, Framework } from './framework.js'
import type { Serve, ShopAnswer } from './shop.js'

export function overFramework(framework: Framework): Serve {
  return async (routes) => {
    const servers = new Map<string, Promise<string>>()
    const start = async (path: string): Promise<string> => {
      const route = routes.find((each) => each.path === path)
      if (route === undefined) throw new Error(`the shop has no ${path}`)
      const { operation, handler } = route
      const running = await framework.start(operation, async (context, body) =>
        answering(await handler({ context, text: await body() })),
      )
      onTestFinished(() => running.close())
      return running.url
    }
    return (path) => {
      const { pathname } = new URL(path, 'http://shop.example')
      const started = servers.get(pathname) ?? start(pathname)
      servers.set(pathname, started)
      return started
    }
  }
}

function answering({ status, headers = [], body }: ShopAnswer): Answering {
  const fields: Record<string, string | string[]> = {}
  for (const [name, value] of headers) {
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  if (body === undefined) return { status, headers: fields }
  return { status, headers: fields, body: typeof body === 'string' || body instanceof Uint8Array ? body : chunks(body) }
}

async function* chunks(body: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* body
}
