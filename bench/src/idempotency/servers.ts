/**
 * Servers: as the tests start them.
 *
 * @module
 */
export interface Server {
  readonly url: string
  stop(): Promise<void>
}

/** A server of the bench's own, with its settings as they come. */
export async function launch(kind: 'postgres' | 'redis'): Promise<Server> {
  const file = new URL(`../../../scripts/servers/${kind}.mjs`, import.meta.url)
  const starters = (await import(file.href)) as Record<string, (options?: object) => Promise<Server>>
  const start = starters[kind === 'postgres' ? 'startPostgres' : 'startRedis']
  if (!start) throw new Error(`${file.href} starts no ${kind}`)
  return start()
}
