/**
 * Bundle: what a page's or a worker's bundler makes of Truce, from the sources.
 *
 * It goes through package.json's exports, under the conditions that the runtime's bundlers set, so
 * that an entry which is right but not exported for the runtime is found as well.
 *
 * @module
 */
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'

type Exports = Readonly<Record<string, string | Readonly<Record<string, string>>>>

const here = fileURLToPath(new URL('.', import.meta.url))
const src = fileURLToPath(new URL('../../src/', import.meta.url))
const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  exports: Exports
}

/** For servers: the other side of a call, and what is for Node by its name. docs/runtimes.md says so. */
const SERVERS = /^truce\/(undici$|idempotency(\/|$)|server\/(express|fastify|idempotency|nest|node)$)/

/** `truce`, `truce/policy` and so on: all that is exported for every runtime. */
export const portable = Object.keys(exports)
  .filter((subpath) => subpath !== './package.json')
  .map((subpath) => `truce${subpath.slice(1)}`)
  .filter((name) => !SERVERS.test(name))

/** Conditions that bundlers set, by runtime; `import` and `default` always hold. */
export const CONDITIONS = {
  'a bundler that sets none': [],
  browser: ['module', 'browser'],
  'Cloudflare Workers': ['workerd', 'worker', 'browser'],
  'edge functions': ['edge-light', 'worker', 'browser'],
  'a service worker': ['worker', 'browser'],
  'React Native': ['react-native'],
} as const

export interface Bundle {
  readonly code: string
  /** Built-in modules of Node that are left to import. */
  readonly builtins: readonly string[]
}

/** @param global the global that holds the module's exports in a classic script; without one it stays a module */
export async function bundle(contents: string, conditions: readonly string[], global?: string): Promise<Bundle> {
  const builtins = new Set<string>()
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: global === undefined ? 'esm' : 'iife',
    ...(global !== undefined && { globalName: global }),
    logLevel: 'error',
    plugins: [
      {
        name: 'exports',
        setup(setUp) {
          setUp.onResolve({ filter: /^truce(\/|$)/ }, ({ path }) => ({ path: entryOf(path, conditions) }))
          setUp.onResolve({ filter: BUILTIN }, ({ path }) => {
            builtins.add(path)
            return { path, external: true }
          })
        },
      },
    ],
  })
  return { code: outputFiles[0]?.text ?? '', builtins: [...builtins].toSorted() }
}

const BUILTIN = new RegExp(`^(node:.*|${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$`)

/** The first condition that holds decides, in package.json's order. */
function entryOf(name: string, conditions: readonly string[]): string {
  const targets = exports[`.${name.slice('truce'.length)}`]
  if (typeof targets !== 'object') throw new Error(`package.json exports no ${name}`)
  const holds = new Set([...conditions, 'import', 'default'])
  const [, target] = Object.entries(targets).find(([condition]) => holds.has(condition)) ?? []
  if (target === undefined) throw new Error(`package.json exports no ${name} for ${conditions.join(', ')}`)
  return target.replace('./dist/', src).replace(/\.js$/, '.ts')
}
