import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const truce = (path: string) => fileURLToPath(new URL(`./packages/truce/src/${path}`, import.meta.url))

const contract = (path: string) => fileURLToPath(new URL(`./packages/contract/src/${path}`, import.meta.url))

/** Tests of processes under load, of a browser and of a worker runtime. */
const SYSTEMS = [
  'examples/*/test/**/*.test.ts',
  'packages/*/test/leaks/**/*.test.ts',
  'packages/*/test/processes/**/*.test.ts',
  'packages/*/test/runtimes/{browser,worker}.test.ts',
]

/**
 * Tests run on the sources: a test never passes on a stale build.
 *
 * Systems (real processes under load) run after all units and one at a time: they measure what the
 * services do, not what the neighbours leave of the processor.
 */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@truce\/contract$/, replacement: contract('index.ts') },
      { find: /^@truce\/contract\/([a-z-]+)$/, replacement: contract('$1/index.ts') },
      { find: /^@truce\/lab$/, replacement: fileURLToPath(new URL('./packages/lab/src/index.ts', import.meta.url)) },
      {
        find: /^@truce\/lab\/([a-z-]+)$/,
        replacement: fileURLToPath(new URL('./packages/lab/src/$1/index.ts', import.meta.url)),
      },
      { find: /^truce$/, replacement: truce('index.ts') },
      { find: /^truce\/([a-z-]+)$/, replacement: truce('$1/index.ts') },
      { find: /^truce\/server\/([a-z-]+)$/, replacement: truce('server/$1/index.ts') },
      { find: /^truce\/idempotency\/([a-z-]+)$/, replacement: truce('idempotency/stores/$1/index.ts') },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/{src,test}/**/*.test.ts',
            'examples/*/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: [...configDefaults.exclude, ...SYSTEMS],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: SYSTEMS,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
