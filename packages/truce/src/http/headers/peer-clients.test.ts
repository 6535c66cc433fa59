import axiosClient from 'axios'
import gotClient from 'got'
import { expect, test } from 'vitest'
import { type Answer, loopbackServer } from '../../../test/loopback-server.js'
import { axios, got } from '../../classifiers/index.js'
import { peer } from '../../peer/index.js'
import { type Classifier, failure } from '../../policy/classify.js'
import { classifyHttp } from '../semantics/classify.js'

/** Of real clients, what a guard makes of a peer's refusal: their own classifier first, then the peer's. */
const refuses: Answer = (response) => {
  response.writeHead(503, {
    'Retry-After': '1',
    'Retry-Pushback': ['load=1.25', 'slot=340, applied=?0, reason=overloaded'],
  })
  response.end()
}
const plain = { responseType: 'text' } as const

test.each<[string, Classifier | undefined, (url: string) => Promise<unknown>]>([
  ['fetch', undefined, (url) => fetch(url)],
  ['axios', axios, (url) => axiosClient.get(url)],
  ['axios that does not throw', axios, (url) => axiosClient.get(url, { validateStatus: () => true })],
  ['axios on fetch', axios, (url) => axiosClient.get(url, { adapter: 'fetch' })],
  ['got', got, (url) => gotClient(url, { retry: { limit: 0 }, ...plain })],
  ['got that does not throw', got, (url) => gotClient(url, { retry: { limit: 0 }, throwHttpErrors: false, ...plain })],
])('%s', async (_, own, send) => {
  const { url } = await loopbackServer(refuses)
  const [result, threw] = await send(url).then(
    (value) => [value, false] as const,
    (error: unknown) => [error, true] as const,
  )
  const classify = peer.classifier(classifyHttp)
  expect(own?.(result, threw) ?? classify(result, threw)).toEqual(
    failure('overloaded', 'not-applied', { retryAfter: 340, slot: true, admission: true }),
  )
})
