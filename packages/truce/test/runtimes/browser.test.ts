import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findBrowser } from '../../../../scripts/browser.mjs'
import { bundle, CONDITIONS } from './bundle.js'
import { every, expected } from './expected.js'
import { misbehavingServer, type MisbehavingServer } from './misbehaving-server.js'

/** Truce in a page of a real browser, against a real server. */
let browser: Browser
let page: Page
let server: MisbehavingServer

beforeAll(async () => {
  const { code } = await bundle(`export { run } from './scenarios.js'`, CONDITIONS.browser)
  server = await misbehavingServer({
    '/': (_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Truce</title>'),
    '/truce.js': (_, response) => response.setHeader('content-type', 'text/javascript').end(code),
  })
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  browser = await chromium.launch({ executablePath: findBrowser(), args: sandbox })
  page = await browser.newPage()
  await page.goto(server.server)
}, 60_000)

afterAll(async () => {
  await browser?.close()
  server?.close()
})

test.each(every)('%s', async (name) => {
  const { server: url, nobody } = server
  const addresses = JSON.stringify({ server: url, nobody })
  const came = await page.evaluate(`import('/truce.js').then(({ run }) => run(${JSON.stringify(name)}, ${addresses}))`)
  expect(came).toEqual({ value: expected[name] })
})

test('the server saw each attempt, and none after the abort', () => {
  expect(Object.fromEntries(server.came)).toMatchObject({
    'GET /flaky/read': 2,
    'POST /flaky/unkeyed': 1,
    'POST /flaky/keyed': 2,
    'GET /down/abort': 1,
    'GET /retry-after/1': 2,
  })
})
