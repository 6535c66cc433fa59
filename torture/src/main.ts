/**
 * `npm run torture`: worker processes under load, killed at random; what took effect is counted afterwards.
 *
 * @module
 */
import { load } from './load.js'
import { HELP, parseOptions } from './options.js'
import { open } from './places.js'
import { judge } from './verdict.js'

const HOLDS: Readonly<Record<string, string>> = {
  true: '✓ nothing took effect twice, no result was lost; unknown are at-most-once runs whose worker was killed at work',
  false: '✗ an operation took effect twice, a result was lost, or more are unknown than were at work when workers died',
}

const options = parseOptions(process.argv.slice(2))
if (options.help) process.stdout.write(HELP)
else {
  const { place, effects, close } = await open(options.store)
  try {
    const { heard, kills, inFlightAtKills } = await load(place, options, (killed, operations) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${killed} of ${options.kills} killed, ${operations} operations`)
    })
    if (process.stderr.isTTY) process.stderr.write('\n')
    const verdict = { ...judge(heard, await effects()), inFlightAtKills, kills }
    const holds = verdict.duplicates === 0 && verdict.lost === 0 && verdict.unknown <= verdict.inFlightAtKills
    process.stdout.write(options.json ? `${JSON.stringify(verdict)}\n` : `${said(verdict)}\n${HOLDS[String(holds)]}\n`)
    if (!holds) process.exitCode = 1
  } finally {
    await close()
  }
}

function said(verdict: Readonly<Record<string, number>>): string {
  return Object.entries(verdict)
    .map(([name, count]) => `${name.padEnd(16)}${count.toLocaleString('en').padStart(9)}`)
    .join('\n')
}
