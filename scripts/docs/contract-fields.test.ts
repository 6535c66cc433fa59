import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PAGE, page } from './contract-fields.mjs'

test('docs/contract-fields.md lists the fields that the schema has: npm run contract:schema', async () => {
  expect(await page()).toBe(readFileSync(PAGE, 'utf8'))
})
