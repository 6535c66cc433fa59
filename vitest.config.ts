import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const truce = (path: string) => fileURLToPath(new URL(`./packages/truce/src/${path}`, import.meta.url))

/** Tests run on the sources: a test never passes on a stale build. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^truce$/, replacement: truce('index.ts') },
      { find: /^truce\/([a-z-]+)$/, replacement: truce('$1/index.ts') },
    ],
  },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'examples/*/{src,test}/**/*.test.ts',
      'docs/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
  },
})
