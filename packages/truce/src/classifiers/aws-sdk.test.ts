import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it, test } from 'vitest'
import { type Answer, loopbackServer, nobodyListens, reset, silence, status } from '../../test/loopback-server.js'
import { thrownBy } from '../../test/misbehaving/listen.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { awsSdk } from './aws-sdk.js'
import { detectLayers } from './detect-layers.js'
import { exhaustedBelow, innerLayer } from './inner-layer.js'

const clientAt = (endpoint: string, maxAttempts: number, requestTimeout = 5_000) =>
  new DynamoDBClient({
    region: 'nowhere',
    endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    maxAttempts,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  })

const getAt =
  (endpoint: string, maxAttempts = 1, requestTimeout?: number) =>
  async (): Promise<unknown> => {
    const client = clientAt(endpoint, maxAttempts, requestTimeout)
    try {
      return await client.send(new GetItemCommand({ TableName: 't', Key: { id: { S: '1' } } }))
    } finally {
      client.destroy()
    }
  }
const get = async (answer: Answer) => verdictOn(awsSdk, getAt((await loopbackServer(answer)).url))

const exception = (code: number, name: string, more: object = {}, headers: Record<string, string> = {}) =>
  status(code, JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'm', ...more }), {
    'content-type': 'application/x-amz-json-1.0',
    ...headers,
  })
const cancelled = (...codes: string[]) =>
  exception(400, 'TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) })

describe('one attempt', () => {
  test.each<[string, Answer, string]>([
    ['throttled, with status 400', exception(400, 'ThrottlingException'), 'overloaded not-applied'],
    ['its capacity used up', exception(400, 'ProvisionedThroughputExceededException'), 'overloaded not-applied'],
    ['429', exception(429, 'Unheard'), 'overloaded not-applied'],
    ['slow down, with status 503', exception(503, 'SlowDown'), 'overloaded not-applied'],
    ['the same transaction under way', exception(400, 'TransactionInProgressException'), 'conflict not-applied'],
    ['cancelled by another transaction', cancelled('None', 'TransactionConflict'), 'conflict not-applied'],
    ['cancelled by throttling', cancelled('ThrottlingError', 'TransactionConflict'), 'overloaded not-applied'],
    ['cancelled by a condition', cancelled('ThrottlingError', 'ConditionalCheckFailed'), 'rejected unknown'],
    ['a condition that failed', exception(400, 'ConditionalCheckFailedException'), 'rejected unknown'],
    ['503', exception(503, 'ServiceUnavailable'), 'unavailable unknown'],
    ['500', exception(500, 'InternalServerError'), 'internal unknown'],
    ['a gateway’s page', status(502, '<html>'), 'unavailable unknown'],
    ['a timeout that it answers', exception(400, 'RequestTimeoutException'), 'timeout unknown'],
    ['denied', exception(400, 'AccessDeniedException'), 'unauthorized unknown'],
    ['a token that expired', exception(400, 'ExpiredTokenException'), 'unauthorized unknown'],
    ['not found', exception(400, 'ResourceNotFoundException'), 'not-found unknown'],
    ['invalid', exception(400, 'ValidationException'), 'invalid unknown'],
    ['reset', reset, 'unavailable unknown silent'],
  ])('%s', async (_, answer, expected) => expect(await get(answer)).toBe(expected))

  test('refused', async () =>
    expect(await verdictOn(awsSdk, getAt(await nobodyListens()))).toBe('unavailable not-applied silent'))

  test('no answer in time', async () => {
    const { url } = await loopbackServer(silence)
    expect(await verdictOn(awsSdk, getAt(url, 1, 30))).toBe('timeout unknown silent')
  })

  test.each([
    [{ 'x-amz-retry-after': '30' }, 30],
    [{ 'retry-after': '2' }, 2_000],
  ])('told to wait by %o', async (headers, retryAfter) => {
    const { url } = await loopbackServer(exception(400, 'ThrottlingException', {}, headers))
    expect(awsSdk(await thrownBy(getAt(url)), true)).toMatchObject({ class: 'overloaded', retryAfter })
  })
})

describe('its own retries', () => {
  const slow = { 'x-amz-retry-after': '1' }

  it('are a second layer that an error counts, after which nothing is certain', async () => {
    const server = await loopbackServer(reset, exception(400, 'ThrottlingException', {}, slow))
    const error = await thrownBy(getAt(server.url, 2))
    expect(server.came).toHaveLength(2)
    expect(innerLayer(error)).toEqual({ library: 'aws-sdk', attempts: 2, off: 'maxAttempts: 1' })
    expect(awsSdk(error, true)).toMatchObject({ class: 'overloaded', certainty: 'unknown' })
    expect(await verdictOn(awsSdk, getAt(await nobodyListens(), 2))).toBe('unavailable unknown silent')
  })

  it('are a second layer of the client, by default of 4 for DynamoDB', async () => {
    const plain = new DynamoDBClient({ region: 'nowhere' })
    expect(await detectLayers(plain)).toEqual([{ library: 'aws-sdk', attempts: 4, off: 'maxAttempts: 1' }])
    expect(await detectLayers(clientAt('http://127.0.0.1:1', 1))).toEqual([])
  })

  it('can be made final: transient failures become exhausted, permanent ones stay', async () => {
    const final = exhaustedBelow(awsSdk)
    const down = await loopbackServer(exception(503, 'ServiceUnavailable'))
    expect(await verdictOn(final, getAt(down.url, 2))).toBe('exhausted unknown')
    expect(await verdictOn(final, getAt(down.url, 1))).toBe('unavailable unknown')
    expect(await verdictOn(final, getAt(await nobodyListens(), 2))).toBe('exhausted unknown silent')
    const wrong = await loopbackServer(exception(503, 'ServiceUnavailable'), exception(400, 'ValidationException'))
    expect(await verdictOn(final, getAt(wrong.url, 2))).toBe('invalid unknown')
    expect(final('a value', false)).toBeUndefined()
  })
})
