/**
 * World: one service with one operation behind a framework, and what can be seen of it.
 *
 * @module
 */
import { events, type AttemptRecord, metrics } from 'truce/telemetry'
import { peer } from 'truce/peer'
import { service, type ServedOptions, type ServiceOptions } from 'truce/server'
import { onTestFinished, vi } from 'vitest'
import type { Framework, Scene } from './framework.js'
import { type ScriptedKeys, scriptedKeys } from './scripted-keys.js'

export interface World {
  readonly url: string
  readonly keys: ScriptedKeys
  readonly records: AttemptRecord[]
  /** How often the handler ran. */
  readonly ran: () => number
  /** A metric of this service. */
  readonly metric: (name: string) => number
  /** Resolves when nothing is in flight. */
  readonly idle: () => Promise<void>
}

export interface Worldly extends Omit<ServiceOptions<'keys'>, 'idempotency' | 'peer'> {
  readonly operation?: Partial<ServedOptions<'keys'>>
  readonly largest?: number
}

let worlds = 0

/** Starts it; it is gone when the test ends. */
export async function world(
  framework: Framework,
  { operation, largest, ...options }: Worldly,
  scene: Scene,
): Promise<World> {
  const name = `${framework.name}-${++worlds}`
  const keys = scriptedKeys(largest)
  const served = service(name, { peer, ...options, idempotency: keys }).operation('reserve', {
    effect: 'write',
    idempotency: 'keys',
    ...operation,
  })
  let ran = 0
  const running = await framework.start(served, (context, body) => {
    ran++
    return scene(context, body)
  })
  const records: AttemptRecord[] = []
  const off = events.on('attempt', (record) => {
    if (record.side === 'server' && record.service === name) records.push(record)
  })
  onTestFinished(async () => {
    off()
    await running.close()
  })
  const metric = (of: string): number => {
    const found = metrics().find((each) => each.name === of)
    if (found === undefined || found.type === 'histogram') throw new Error(`no metric is called ${of}`)
    return found.values.filter(({ labels }) => labels['service'] === name).reduce((sum, { value }) => sum + value, 0)
  }
  return {
    url: running.url,
    keys,
    records,
    ran: () => ran,
    metric,
    idle: () => vi.waitFor(() => expectIdle(metric), { timeout: 5_000, interval: 5 }),
  }
}

function expectIdle(metric: (of: string) => number): void {
  const inFlight = metric('requests_in_flight')
  if (inFlight !== 0) throw new Error(`${inFlight} requests are in flight`)
}
