import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle, CONDITIONS } from './bundle.js'
import { every, expected } from './expected.js'
import { misbehavingServer, type MisbehavingServer } from './misbehaving-server.js'
import { startWorkerd, type Workerd } from './workerd.js'

/** Workers of today, and the oldest in which calls may wait for each other: no weak references, nothing of Node. */
const DATES = ['2026-11-01', '2024-10-14']

describe.each(DATES)('a worker of %s', (date) => {
  let server: MisbehavingServer
  let worker: Workerd

  beforeAll(async () => {
    const { code } = await bundle(`export { default } from './worker.js'`, CONDITIONS['Cloudflare Workers'])
    server = await misbehavingServer()
    worker = await startWorkerd(code, date)
  }, 60_000)

  afterAll(async () => {
    await worker?.close()
    server?.close()
  })

  const ask = async (scenario: string): Promise<unknown> => {
    const { server: url, nobody } = server
    const response = await fetch(`${worker.url}/?${new URLSearchParams({ scenario, server: url, nobody })}`)
    return await (response.ok ? response.json() : response.text())
  }

  test.each(every)('%s', async (name) => {
    expect(await ask(name)).toEqual({ value: expected[name] })
  })

  test('a slot is handed from one request to another', async () => {
    const answers = ['first', 'second', 'third'].map(async (slow) => {
      const response = await fetch(`${worker.url}/?${new URLSearchParams({ slow, server: server.server })}`)
      return await response.text()
    })
    expect(await Promise.all(answers)).toEqual(['first', 'second', 'third'])
  })
})
