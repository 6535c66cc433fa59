/**
 * Schema: the shipped JSON Schema of a scenario, the same that editors check by.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { Schema } from '@truce/contract/document'

let read: Schema | undefined

/** Read once. */
export function schema(): Schema {
  const file = new URL('../../schema/simulation.schema.json', import.meta.url)
  return (read ??= JSON.parse(readFileSync(file, 'utf8')) as Schema)
}
