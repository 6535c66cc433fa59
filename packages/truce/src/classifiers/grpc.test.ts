import {
  type Client,
  credentials,
  makeGenericClientConstructor,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { closedPort, listen, resetAtOnce, silence, thrownBy } from '../../test/misbehaving/listen.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { detectLayers } from './detect-layers.js'
import { grpc } from './grpc.js'

const bytes = { requestStream: false, responseStream: false } as const
const raw = (value: Buffer): Buffer => value
const service: ServiceDefinition = {
  reserve: {
    path: '/inventory/reserve',
    ...bytes,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  },
}
type Handler = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>, server: Server) => void
type Reserve = (body: Buffer, options: object, done: (error: ServiceError | null) => void) => { cancel(): void }

/** A real server in this process. */
async function serve(reserve: Handler): Promise<number> {
  const server = new Server()
  const handler = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void =>
    reserve(call, done, server)
  server.addService(service, { reserve: handler } as UntypedServiceImplementation)
  onTestFinished(() => server.forceShutdown())
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
}

function clientAt(port: number, options: object = {}): Client {
  const Inventory = makeGenericClientConstructor(service, 'inventory')
  return new Inventory(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0, ...options })
}

/** One call over a client of its own; `cancel` is called with the call once it was made. */
const reserveAt =
  (
    port: number,
    {
      deadline = 5_000,
      cancelled = false,
      ...options
    }: Record<string, unknown> & { deadline?: number; cancelled?: boolean } = {},
  ) =>
  (): Promise<unknown> => {
    const client = clientAt(port, options)
    return new Promise((resolve, reject) => {
      const reserve = (client as unknown as { reserve: Reserve }).reserve.bind(client)
      const call = reserve(Buffer.from('1'), { deadline: Date.now() + deadline }, (error) =>
        error ? reject(error) : resolve(undefined),
      )
      if (cancelled) call.cancel()
    }).finally(() => client.close())
  }
const failing = (code: status, pushback?: string) =>
  serve((_call, done) => {
    const metadata = new Metadata()
    if (pushback !== undefined) metadata.set('grpc-retry-pushback-ms', pushback)
    done({ code, details: 'by order of the test', metadata })
  })

describe('status of the server', () => {
  test.each([
    ['CANCELLED', 'unavailable unknown'],
    ['UNKNOWN', 'internal unknown'],
    ['INVALID_ARGUMENT', 'invalid unknown'],
    ['DEADLINE_EXCEEDED', 'timeout unknown silent'],
    ['NOT_FOUND', 'not-found unknown'],
    ['ALREADY_EXISTS', 'rejected unknown'],
    ['PERMISSION_DENIED', 'unauthorized unknown'],
    ['RESOURCE_EXHAUSTED', 'overloaded unknown'],
    ['FAILED_PRECONDITION', 'rejected unknown'],
    ['ABORTED', 'conflict unknown'],
    ['OUT_OF_RANGE', 'invalid unknown'],
    ['UNIMPLEMENTED', 'rejected unknown'],
    ['INTERNAL', 'internal unknown'],
    ['UNAVAILABLE', 'unavailable unknown'],
    ['DATA_LOSS', 'rejected unknown'],
    ['UNAUTHENTICATED', 'unauthorized unknown'],
  ] as const)('%s is %s', async (name, expected) =>
    expect(await verdictOn(grpc, reserveAt(await failing(status[name])))).toBe(expected),
  )

  test.each([
    ['340', { retryAfter: 340 }],
    ['0', { retryAfter: 0 }],
    ['-1', { retry: false }],
    ['soon', { retry: false }],
  ])('a pushback of %s', async (pushback, expected) => {
    const error = await thrownBy(reserveAt(await failing(status.UNAVAILABLE, pushback)))
    expect(grpc(error, true)).toEqual({ class: 'unavailable', certainty: 'unknown', answered: true, ...expected })
  })
})

describe('no answer', () => {
  test('refused', async () =>
    expect(await verdictOn(grpc, reserveAt(await closedPort()))).toBe('unavailable not-applied silent'))
  test('a connection that breaks in the call', async () => {
    const port = await serve((_call, _done, server) => server.forceShutdown())
    expect(await verdictOn(grpc, reserveAt(port))).toBe('unavailable unknown')
  })
  test('no answer in time', async () => {
    const port = await serve(() => {})
    expect(await verdictOn(grpc, reserveAt(port, { deadline: 40 }))).toBe('timeout unknown silent')
  })
  test('a port that resets before it greets', async () =>
    expect(await verdictOn(grpc, reserveAt(await listen(resetAtOnce)))).toBe('unavailable not-applied silent'))
  test('a port that says nothing', async () =>
    expect(await verdictOn(grpc, reserveAt(await listen(silence), { deadline: 40 }))).toBe('timeout unknown silent'))
  test('cancelled by the caller', async () =>
    expect(await verdictOn(grpc, reserveAt(await listen(silence), { cancelled: true }))).toBe('aborted unknown silent'))
  test('an answer that is too large', async () => {
    const port = await serve((_call, done) => done(null, Buffer.alloc(100)))
    expect(await verdictOn(grpc, reserveAt(port, { 'grpc.max_receive_message_length': 10 }))).toBe(
      'rejected unknown silent',
    )
  })
})

it('is a second layer where a retry policy was given', async () => {
  const policy = {
    maxAttempts: 4,
    initialBackoff: '0.01s',
    maxBackoff: '0.01s',
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  }
  const config = JSON.stringify({ methodConfig: [{ name: [{ service: 'inventory' }], retryPolicy: policy }] })
  const client = clientAt(1, { 'grpc.service_config': config })
  expect(await detectLayers(client)).toEqual([{ library: 'grpc', attempts: 4, off: "'grpc.enable_retries': 0" }])
  client.close()
  const plain = clientAt(1)
  expect(await detectLayers(plain)).toEqual([])
  plain.close()
})
