/**
 * Library: the scenarios that come with the lab, by name.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = new URL('../../scenarios/', import.meta.url)
const ENDING = '.yaml'

/** Names as `truce simulate NAME` takes them: `lost-answers`, `ladder/b2-frozen-at-95`. */
export function libraryNames(): readonly string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length).replaceAll('\\', '/'))
    .toSorted()
}

/**
 * The file of a scenario of the library; `undefined` where there is none of that name.
 *
 * @example
 * loadScenario(libraryFile('lost-answers') ?? 'mine.yaml')
 */
export function libraryFile(name: string): string | undefined {
  if (!/^[a-z0-9-]+(\/[a-z0-9-]+)?$/.test(name)) return undefined
  const file = fileURLToPath(new URL(`${name}${ENDING}`, FOLDER))
  return existsSync(file) ? file : undefined
}
