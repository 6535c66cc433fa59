import { describe, expect, it } from 'vitest'
import { scriptedKeys, type ScriptedKeys } from '../../test/server/scripted-keys.js'
import { peer } from '../peer/index.js'
import type { RequestContext } from './request-context.js'
import { service } from './service.js'
import { handle, WebIncoming } from './web.js'

const KEYED = { method: 'POST', headers: { 'idempotency-key': 'k' }, body: 'one box' }
const request = (init: RequestInit = {}) => new Request('http://inventory/a?b=c', init)

function scene(answer: (context: RequestContext) => Response | Promise<Response>, keys: ScriptedKeys = scriptedKeys()) {
  const operation = service(`web-${Math.random()}`, { peer, peers: 'all', idempotency: keys }).operation('reserve', {
    effect: 'write',
    idempotency: 'keys',
  })
  return { keys, counters: operation.counters, post: handle(operation, (_request, context) => answer(context)) }
}

const slowly = (...chunks: string[]) => {
  const left = [...chunks]
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift()
      if (chunk === undefined) controller.close()
      else if (chunk === 'break') controller.error(new Error('broke off'))
      else controller.enqueue(new TextEncoder().encode(chunk))
    },
  })
}

describe('a web-standard handler', () => {
  it('hands on what else the framework gives it', async () => {
    const operation = service('web-rest').operation('read', { effect: 'read' })
    const get = handle(operation, (_request, _context, route: { id: number }) => new Response(String(route.id)))
    expect(await (await get(request(), { id: 7 })).text()).toBe('7')
  })

  it('shows path, method, fields and body', async () => {
    const incoming = new WebIncoming(request(KEYED))
    expect([incoming.url, incoming.method, incoming.header('idempotency-key'), incoming.header('x')]).toEqual([
      '/a?b=c',
      'POST',
      'k',
      undefined,
    ])
    expect(await incoming.payload(7)).toEqual(new TextEncoder().encode('one box'))
    await expect(incoming.payload(6)).rejects.toThrow('6 bytes')
    expect(await incoming.raw.text()).toBe('one box')
    expect(await new WebIncoming(new Request('http://inventory')).payload(1)).toBeNull()
  })

  it('ends its context when the request is aborted, and from the beginning where it was', async () => {
    const controller = new AbortController()
    const seen: boolean[] = []
    const { post } = scene(async ({ signal }) => {
      seen.push(signal.aborted)
      controller.abort()
      seen.push(signal.aborted)
      return new Response()
    })
    await post(request({ signal: controller.signal }))
    await post(request({ signal: controller.signal }))
    expect(seen).toEqual([false, true, true, true])
  })

  it('rejects with what nobody has an answer to', async () => {
    const fault = new Error('a fault')
    const { post, counters } = scene(() => Promise.reject(fault))
    await expect(post(request())).rejects.toBe(fault)
    await expect(post(request(KEYED))).rejects.toBe(fault)
    expect(counters.inFlight).toBe(0)
  })

  it('marks answers whose headers cannot be changed', async () => {
    const { post } = scene((context) => {
      context.spent()
      return Response.redirect('http://elsewhere/', 302)
    })
    expect((await post(request())).headers.get('retry-pushback')).toBeNull()
    const failing = scene((context) => {
      context.spent()
      return Response.error()
    })
    await expect(failing.post(request())).resolves.toBeInstanceOf(Response)
  })

  it('a stream that breaks while it is held is told as a failure', async () => {
    const { post, keys, counters } = scene(() => new Response(slowly('a', 'break')))
    await expect(post(request(KEYED))).rejects.toThrow('broke off')
    expect(keys.log).toEqual(['begin k', 'threw k broke off'])
    expect(counters.inFlight).toBe(0)
  })

  it('and so is one that breaks when part of it was sent', async () => {
    const { post, keys, counters } = scene(() => new Response(slowly('abc', 'def', 'break')), scriptedKeys(4))
    await expect((await post(request(KEYED))).text()).rejects.toThrow('broke off')
    expect(keys.log).toEqual(['begin k', 'threw k broke off'])
    expect(counters.inFlight).toBe(0)
  })

  it('a long answer that nobody reads to its end is recorded all the same', async () => {
    const { post, keys, counters } = scene(() => new Response(slowly('abc', 'def', 'ghi')), scriptedKeys(4))
    const response = await post(request(KEYED))
    expect(counters.inFlight).toBe(1)
    await response.body?.cancel()
    expect(keys.log).toEqual(['begin k', 'end k 200 none'])
    expect(counters.inFlight).toBe(0)
  })

  it('a long answer that was overtaken is not taken for whole', async () => {
    const { post, keys } = scene(() => new Response(slowly('abc', 'def')), scriptedKeys(4))
    keys.overtakenBy = { status: 409, headers: [], body: undefined }
    await expect((await post(request(KEYED))).text()).rejects.toThrow('overtaken')
  })
})
