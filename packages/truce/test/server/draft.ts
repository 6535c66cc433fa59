/**
 * Draft: the rules of the Idempotency-Key draft and what Truce adds to them, as a stranger sees them who knows the
 * address and nothing else. Each adapter passes them on each store.
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
import { type Serve, shopOn } from './shop.js'

/** @param opened a store of the test's own, or one that all share */
export function draftRules<Transaction>(
  name: string,
  serve: Serve,
  opened: () => Promise<IdempotencyStore<Transaction>>,
): void {
  describe.each([
    ['keys', KEYS],
    ['repeats', REPEATS],
    ['answers', ANSWERS],
  ] as const)(`${name}: %s`, (_about, rules) => {
    test.for(rules)('%s', async ([, holds]) => {
      const shop = shopOn(await opened())
      const url = await serve(shop.routes)
      const client: Client = { shop, send: (path, key, body, more) => sent(url, path, key, body, more) }
      await expect(holds(client)).resolves.toBeUndefined()
      shop.release()
      await shop.idle()
    })
  })
}
