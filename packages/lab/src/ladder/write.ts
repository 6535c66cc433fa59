/**
 * Writes the ladder's scenarios from its table: `npm run lab:ladder`.
 *
 * @module
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { documentOf } from './document.js'
import { LADDER } from './table.js'

const folder = new URL('../../scenarios/ladder/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const name of readdirSync(folder)) rmSync(new URL(name, folder))
for (const storm of LADDER) writeFileSync(new URL(`${storm.name}.yaml`, folder), documentOf(storm))
