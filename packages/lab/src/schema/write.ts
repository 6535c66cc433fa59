/**
 * Writes the JSON Schema that editors and the loader read: `npm run lab:schema`.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { jsonSchema } from './document.js'

const file = new URL('../../schema/simulation.schema.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(jsonSchema(), null, 2)}\n`)
