/**
 * The example as it is run: built from its sources.
 */
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = fileURLToPath(new URL('..', import.meta.url))

export const built = (file: string) => join(here, 'dist', file)

export async function build(): Promise<void> {
  const typescript = join(dirname(fileURLToPath(import.meta.resolve('typescript'))), '../bin/tsc')
  await promisify(execFile)(process.execPath, [typescript, '-b', here])
}
