/**
 * Gzip: what an import adds to a bundle, minified and compressed.
 *
 * @module
 */
import { build } from 'esbuild'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

/** Seen from where this file is built to: what no package export leads to is taken from the build. */
const BUILT = '../../../packages/truce/dist'
const HTTP_RULES = `export { httpClassifier } from '${BUILT}/http/semantics/classify.js'`
const RETRY_RULES = `export { decide, ProcessBudget } from 'truce/policy'; ${HTTP_RULES}`
/** A caller's: what a server admits (`admission/`) is no part of it, nor is the budget that is `retry()`'s alone. */
const DEPENDENCY_RULES = readdirSync(new URL(`${BUILT}/policy/`, import.meta.url))
  .filter((file) => file.endsWith('.js') && file !== 'index.js' && file !== 'process-budget.js')
  .map((file) => `export * from '${BUILT}/policy/${file}';`)
  .join('')
const OPTION_CHECKS =
  `export { attempts, backoff, retryOn } from '${BUILT}/guard/options/operation-options.js';` +
  `export { timeLimit } from '${BUILT}/guard/options/latency-options.js';` +
  `export { knownOptions } from '${BUILT}/guard/options/check.js'`

/**
 * `rules alone`: what it decides by (policy/, what HTTP answers and errors mean) without anything that calls,
 * waits, aborts, counts or tells. No way to build an engine makes an import smaller than that.
 */
const IMPORTS: Readonly<Record<string, string>> = {
  retry: `export { retry } from 'truce'`,
  dependency: `export { dependency } from 'truce'`,
  'all of truce': `export * from 'truce'`,
  'retry: rules alone': RETRY_RULES,
  'retry: rules, option checks': `${RETRY_RULES}; ${OPTION_CHECKS}`,
  'dependency: rules alone': `${DEPENDENCY_RULES} ${HTTP_RULES}`,
  cockatiel: `export { retry, circuitBreaker, bulkhead, timeout, wrap, handleAll, ConsecutiveBreaker, SamplingBreaker } from 'cockatiel'`,
  'p-retry': `export { default } from 'p-retry'`,
  'exponential-backoff': `export { backOff } from 'exponential-backoff'`,
  opossum: `export { default } from 'opossum'`,
}

/** Bytes by what is imported. */
export async function gzipSizes(): Promise<Record<string, number>> {
  const sizes = Object.entries(IMPORTS).map(async ([name, contents]) => [name, await gzipSize(contents)] as const)
  return Object.fromEntries(await Promise.all(sizes))
}

async function gzipSize(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['node:*', 'events', 'process'],
    logLevel: 'error',
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}
