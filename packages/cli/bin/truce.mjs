#!/usr/bin/env node
import { existsSync } from 'node:fs'

if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  const { main } = await import('../dist/main.js')
  process.exitCode = await main(process.argv.slice(2), process)
} else {
  console.error('truce: This clone is not built.\n  → npm run build, then again.')
  process.exitCode = 2
}
