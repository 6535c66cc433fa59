/**
 * With a server: the blocks of the docs that need one, run against one.
 *
 * @module
 */
import { afterAll, beforeAll } from 'vitest'
import { buildTruce, faultsOf, modules } from './holds.js'
import { compile, type Module, type Server, serverOf, SERVERS } from './modules.js'

interface Running {
  readonly url: string
  stop(): Promise<void>
}

/** To be called where tests are made: the server lives as long as the file's tests. */
export function blocksOn(
  server: Server,
  start: () => Promise<Running>,
): { blocks: (readonly [string, Module])[]; faultsOf: (module: Module) => Promise<readonly string[]> } {
  const its = modules.filter((module) => serverOf(module) === server)
  buildTruce()
  const messages = compile(its)
  let running: Running | undefined

  beforeAll(async () => {
    running = await start()
  }, 60_000)

  afterAll(() => running?.stop())

  return {
    blocks: its.map((module) => [`${module.page}:${module.line}`, module] as const),
    faultsOf: (module) => faultsOf(module, messages, { [SERVERS[server]]: running?.url ?? '' }),
  }
}
