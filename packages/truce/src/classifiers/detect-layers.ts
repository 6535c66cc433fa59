/**
 * Detect layers: which retries a client is configured to make, asked once at start-up.
 *
 * Errors of some clients do not say that they ended several attempts, and by then the storm has been.
 *
 * @module
 */
import { type Fields, isObject } from '../http/semantics/answer.js'
import { field, type InnerLayer } from './inner-layer.js'
import { isOpenAiClient } from './openai.js'
import { text } from './thrown.js'

/**
 * The retries that a client makes by itself; empty where it makes none, or is none that is known.
 *
 * @param client a client of `openai` and its like, `@aws-sdk`, `ioredis`, `mongodb`, `@grpc/grpc-js`, or an instance of `got`
 * @throws what the client's own configuration throws when it is read (the AWS SDK loads files)
 * @example
 * for (const { library, attempts, off } of await detectLayers(client)) {
 *   console.warn(`${library} makes up to ${attempts} attempts by itself; set ${off}`)
 * }
 */
export async function detectLayers(client: unknown): Promise<readonly InnerLayer[]> {
  if (!isObject(client) && typeof client !== 'function') return []
  const known = client as Fields
  const layers: InnerLayer[] = []
  const add = (library: string, attempts: unknown, off: string): void => {
    if (typeof attempts === 'number' && attempts > 1) layers.push({ library, attempts, off })
  }
  if (isOpenAiClient(known)) add('openai', (known['maxRetries'] as number) + 1, 'maxRetries: 0')
  const maxAttempts = field(known, 'config', 'maxAttempts')
  if (typeof maxAttempts === 'function') add('aws-sdk', await (maxAttempts as () => unknown)(), 'maxAttempts: 1')
  const limit = field(known, 'defaults', 'options', 'retry', 'limit')
  if (typeof limit === 'number') add('got', limit + 1, 'retry: { limit: 0 }')
  add('grpc', retryPolicyOf(known), "'grpc.enable_retries': 0")
  const options = known['options']
  if (isObject(options)) {
    const perRequest = options['maxRetriesPerRequest']
    if (perRequest === null) add('ioredis', Infinity, 'maxRetriesPerRequest: 0')
    if (typeof perRequest === 'number') add('ioredis', perRequest + 1, 'maxRetriesPerRequest: 0')
    const writes = options['retryWrites'] === true
    if (writes || options['retryReads'] === true) add('mongodb', 2, 'retryWrites: false, retryReads: false')
  }
  return layers
}

/** gRPC retries only by a policy in its service config; transparent retries repeat what was never processed. */
function retryPolicyOf(client: Fields): number | undefined {
  if (typeof client['getChannel'] !== 'function') return undefined
  const channel = (client as unknown as { getChannel(): Fields }).getChannel()
  const options = field(channel, 'internalChannel', 'options')
  if (!isObject(options) || options['grpc.enable_retries'] === 0) return undefined
  const config: unknown = JSON.parse(text(options['grpc.service_config']) || '{}')
  const methods = isObject(config) && Array.isArray(config['methodConfig']) ? (config['methodConfig'] as Fields[]) : []
  return Math.max(0, ...methods.map((method) => Number(field(method, 'retryPolicy', 'maxAttempts') ?? 0)))
}
