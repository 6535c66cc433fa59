/**
 * Version: as in package.json.
 *
 * @module
 */
import { readFileSync } from 'node:fs'

export function truceVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
