/**
 * Keyed API: a real server that treats idempotency keys as the documents of an API say, and counts what took effect.
 *
 * @module
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

type Headers = Readonly<Record<string, string>>

/** What an execution comes to. `lost`: it takes effect, and its answer does not arrive. `slow`: the connection breaks, and it is done only after the next request was told that it is still at work. */
export type Step = 'ok' | 'lost' | 'slow' | 500

/** How an API treats keys. */
export interface Policy {
  /** The key of a request; a string that is no key of this API is `null`. */
  key(headers: IncomingHttpHeaders, body: Readonly<Record<string, unknown>>): string | undefined | null
  /** Are failures kept as well? */
  readonly keepsFailures?: boolean
  /** How long a key is remembered, ms. */
  readonly ttl?: number
  readonly mismatch: number
  readonly inProgress: readonly [status: number, headers?: Headers]
  readonly replayed?: string
  /** Of a failure. */
  readonly failed?: Headers
}

interface Kept {
  readonly body: string
  readonly at: number
  status: number | undefined
}

export interface KeyedApi {
  readonly url: string
  /** Keys that came, by request. */
  readonly came: readonly (string | undefined | null)[]
  /** What took effect. */
  readonly effects: number
  /** Time passes at the API. */
  pass(ms: number): void
}

/** Starts it; it is closed when the test ends. @param steps what the executions come to; the last one stays */
export async function keyedApi(policy: Policy, ...steps: [Step, ...Step[]]): Promise<KeyedApi> {
  const kept = new Map<string, Kept>()
  const came: (string | undefined | null)[] = []
  let effects = 0
  let executions = 0
  let time = 0

  const end = (response: ServerResponse, status: number, headers: Headers = {}) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{}')

  function execute(response: ServerResponse, record: Kept | undefined): void {
    const step = steps[executions++] ?? (steps.at(-1) as Step)
    if (step === 500) {
      if (record && policy.keepsFailures) record.status = 500
      return end(response, 500, policy.failed)
    }
    if (step === 'slow') return void response.destroy()
    effects++
    if (record) record.status = 201
    if (step === 'lost') response.destroy()
    else end(response, 201)
  }

  function answer(response: ServerResponse, headers: IncomingHttpHeaders, body: string): void {
    const key = policy.key(headers, JSON.parse(body) as Record<string, unknown>)
    came.push(key)
    if (key === null) return end(response, 400)
    if (key === undefined) return execute(response, undefined)
    const record = kept.get(key)
    if (record === undefined || time - record.at > (policy.ttl ?? Number.POSITIVE_INFINITY)) {
      const made = { body, at: time, status: undefined }
      kept.set(key, made)
      return execute(response, made)
    }
    if (record.body !== body) return end(response, policy.mismatch)
    if (record.status !== undefined) {
      const marked = policy.replayed === undefined ? {} : { [policy.replayed]: 'true' }
      return end(response, record.status, { ...(record.status >= 400 && policy.failed), ...marked })
    }
    if (steps[executions - 1] !== 'slow') return execute(response, record)
    effects++
    record.status = 201
    end(response, ...policy.inProgress)
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(response, request.headers, Buffer.concat(chunks).toString()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came,
    get effects() {
      return effects
    },
    pass: (ms) => void (time += ms),
  }
}
