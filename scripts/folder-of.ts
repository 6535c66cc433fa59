import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder with these programs in it, which do nothing, until the test has finished. */
export function folderOf(...programs: string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-programs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const program of programs) {
    writeFileSync(path.join(folder, program), '#!/bin/sh\n')
    chmodSync(path.join(folder, program), 0o755)
  }
  return folder
}
