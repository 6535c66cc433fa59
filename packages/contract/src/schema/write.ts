/**
 * Writes `schema/truce.schema.json`: `npm run contract:schema`.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { jsonSchema } from './document.js'

writeFileSync(new URL('../../schema/truce.schema.json', import.meta.url), `${JSON.stringify(jsonSchema(), null, 2)}\n`)
