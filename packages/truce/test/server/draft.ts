/**
 * Draft: the rules of the Idempotency-Key draft and what Truce adds to them, as a stranger sees them who knows the
 * address and nothing else. Each adapter passes them, and each
 * store behind three.
 *
 * @see draft-ietf-httpapi-idempotency-key-header-07
 * @module
 */
import type { IdempotencyStore } from 'truce/idempotency'
import { describe, expect, test } from 'vitest'
import { ANSWERS } from './draft-answers.js'
import { type Client, sent } from './draft-client.js'
import { KEYS } from './draft-keys.js'
import { REPEATS } from './draft-repeats.js'
import { onFastify } from './fastify-framework.js'
import { node } from './node-framework.js'
import { overFramework } from './over-framework.js'
import { overWeb } from './over-web.js'
import { type Serve, shopOn } from './shop.js'

/**
 * @param opened a store of the test's own, or one that all share
 * @param parses does the framework parse JSON before Truce sees it?
 */
export function draftRules<Transaction>(
  name: string,
  serve: Serve,
  opened: () => Promise<IdempotencyStore<Transaction>>,
  parses = false,
): void {
  describe.each([
    ['keys', KEYS],
    ['repeats', REPEATS],
    ['answers', ANSWERS],
  ] as const)(`${name}: %s`, (_about, rules) => {
    test.for(rules.filter(([, , about]) => !(parses && about === 'bytes')))('%s', async ([, holds]) => {
      const shop = shopOn(await opened())
      const at = await serve(shop.routes)
      const client: Client = {
        shop,
        send: async (path, key, body, more) => sent(await at(path), path, key, body, more),
      }
      await expect(holds(client)).resolves.toBeUndefined()
      shop.release()
      await shop.idle()
    })
  })
}

/** The same of a store, behind the web's standard, node:http and a framework. */
export function draftRulesOfStore<Transaction>(
  store: string,
  opened: () => Promise<IdempotencyStore<Transaction>>,
): void {
  draftRules(`${store} over web`, overWeb, opened)
  for (const framework of [node, onFastify]) {
    draftRules(`${store} on ${framework.name}`, overFramework(framework), opened, framework.parses)
  }
}
