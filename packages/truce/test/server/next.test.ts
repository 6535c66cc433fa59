import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { guarded } from 'truce/server/next'
import { afterAll, beforeAll } from 'vitest'
import { conformance, type Framework } from './conformance.js'
import { webAnswer } from './web-answer.js'

/** A real application of Next, built once; its one route asks this process what the server does that was asked. */
const ROUTE = `
const go = (request, route) => globalThis[Symbol.for('truce.scenes')].get(request.headers.get('x-server'))(request, route)
export { go as GET, go as HEAD, go as POST, go as PUT, go as DELETE }
`
const root = fileURLToPath(new URL('../../../..', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'truce-next-'))
const scenes = new Map<string, unknown>()
Object.assign(globalThis, { [Symbol.for('truce.scenes')]: scenes })

/** What of Next's own server is used; its types would change those of `process.env` in every other file. */
interface NextApp {
  prepare(): Promise<void>
  getRequestHandler(): RequestListener
  close(): Promise<void>
}
const next = createRequire(import.meta.url)('next') as (options: object) => NextApp

let app: NextApp | undefined

beforeAll(async () => {
  const routes = path.join(folder, 'app', '[[...path]]')
  mkdirSync(routes, { recursive: true })
  writeFileSync(path.join(routes, 'route.js'), ROUTE)
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir')
  const bin = path.join(root, 'node_modules', 'next', 'dist', 'bin', 'next')
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
  await promisify(execFile)(process.execPath, [bin, 'build', '--webpack'], { cwd: folder, env, timeout: 170_000 })
  app = next({ dev: false, dir: folder, quiet: true })
  await app.prepare()
}, 180_000)

afterAll(async () => {
  await app?.close()
  rmSync(folder, { recursive: true, force: true })
})

const framework: Framework = {
  name: 'next',
  unknownError: 500,
  saysKeys: false,
  async start(operation, scene) {
    const id = String(scenes.size)
    const handler = guarded(operation, async (request, context) =>
      webAnswer(await scene(context, () => request.text())),
    )
    scenes.set(id, handler)
    const inNext = (app as NextApp).getRequestHandler()
    const server = createServer((request, response) => {
      request.headers['x-server'] = id
      inNext(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async close() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  },
}

conformance(framework)
