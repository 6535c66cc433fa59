/**
 * Worker: the scenarios as a worker that runs the one it is asked for, a request each.
 *
 * @module
 */
import { dependency } from 'truce'
import { createFetch } from 'truce/http'
import { run, type Scenario } from './scenarios.js'

/** All requests share it, and with it the one slot: who is done hands it to who waits. */
const shared = createFetch({ dependency: dependency('shared', { concurrency: { limit: 1, queue: 9 } }), attempts: 1 })

export default {
  async fetch(request: Request): Promise<Response> {
    const asked = new URL(request.url).searchParams
    const at = { server: asked.get('server') ?? '', nobody: asked.get('nobody') ?? '' }
    const slow = asked.get('slow')
    if (slow !== null) return new Response(await (await shared(`${at.server}/slow/${slow}`)).text())
    return Response.json(await run(asked.get('scenario') as Scenario, at))
  },
}
