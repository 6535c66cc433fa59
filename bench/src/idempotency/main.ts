/**
 * `npm run bench:idempotency`: what the engine costs beside the same commands by hand, on real servers, in one run.
 *
 * No target is asserted: the numbers of a shared machine are for reading.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { type Measured, measure, type Pairs } from './pairs.js'
import { postgresPairs } from './postgres.js'
import { redisPairs } from './redis.js'
import { sqlitePairs } from './sqlite.js'

const HELP = `npm run bench:idempotency -- [options]

  --json        one JSON document: { STORE: { MODE: { raw, truce, ratio } } } (operations a second)
  --only a,b    only these stores: redis (ioredis), node-redis, postgres (pg), postgres.js, sqlite
  --rounds N    rounds, 11 unless told
`

const STORES: Readonly<Record<string, () => Promise<Pairs>>> = {
  redis: () => redisPairs('ioredis'),
  'node-redis': () => redisPairs('node-redis'),
  postgres: () => postgresPairs('pg'),
  'postgres.js': () => postgresPairs('postgres.js'),
  sqlite: sqlitePairs,
}

/** Least ratios, from the issue that asked for them; of the store's commands alone where it says claim. */
const LEAST: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  redis: { claim: 0.85, replay: 0.9 },
  'node-redis': { claim: 0.85, replay: 0.9 },
  postgres: { claim: 0.9, transaction: 0.9, replay: 0.9 },
  'postgres.js': { claim: 0.9, transaction: 0.9, replay: 0.9 },
  sqlite: { claim: 0.8, replay: 0.9 },
}

const HEAD = `${'store'.padEnd(13)}${'mode'.padEnd(16)}${'by hand'.padStart(12)}${'Truce'.padStart(12)}${'ratio'.padStart(8)}
(medians of the rounds; the ratio is the median of each round's own, for seconds differ: give at least 7 rounds)
`

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '11' },
  },
})

if (values.help) process.stdout.write(HELP)
else {
  const wanted = values.only === '' ? Object.keys(STORES) : values.only.split(',')
  const unknown = wanted.filter((name) => !Object.hasOwn(STORES, name))
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: there are ${Object.keys(STORES).join(', ')}`)
  const rounds = Number(values.rounds)
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds is "${values.rounds}"; give a whole number`)
  const report: Record<string, Record<string, Measured>> = {}
  if (!values.json) process.stdout.write(HEAD)
  for (const name of wanted) {
    const { pairs, close } = await (STORES[name] as (typeof STORES)[string])()
    try {
      for (const pair of pairs) {
        const measured = await measure(pair, rounds)
        ;(report[name] ??= {})[pair.mode] = measured
        if (!values.json) process.stdout.write(`${row(name, pair.mode, measured)}\n`)
      }
    } finally {
      await close()
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
}

function row(store: string, mode: string, { raw, truce, ratio }: Measured): string {
  const least = LEAST[store]?.[mode]
  const mark = least === undefined ? '' : ratio >= least ? `  ok (${least})` : `  MISSED (${least})`
  const rate = (value: number) => `${Math.round(value).toLocaleString('en')}/s`.padStart(12)
  return `${store.padEnd(13)}${mode.padEnd(16)}${rate(raw)}${rate(truce)}${ratio.toFixed(2).padStart(8)}${mark}`
}
