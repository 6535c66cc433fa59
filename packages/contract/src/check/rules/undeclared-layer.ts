/**
 * Undeclared layer: something repeats calls, and no document says so.
 *
 * @module
 */
import type { Contract } from '../../document/model.js'
import type { Rule } from '../finding.js'
import { counted } from '../words.js'

export const undeclaredLayer: Rule = {
  name: 'undeclared-layer',
  severity: 'error',
  holds: 'Every layer that repeats calls in the code is named under `layers` of a dependency.',
  why: 'Most retries of a system are written by nobody: SDKs, drivers and meshes bring theirs. A count of attempts that leaves them out is wrong by a factor of three or more, and the one who reads it finds out in the outage. `truce scan` finds them.',
  breaks: {
    documents: [
      `truce: 1
service: order-api
depends: # here
  inventory:
    operations:
      reserve: { effect: read, attempts: 1 }
`,
    ],
    scanned: [{ library: 'got', file: 'src/inventory.ts', line: 12, attempts: 3 }],
  },
  keeps: {
    documents: [
      `truce: 1
service: order-api
depends:
  inventory:
    layers: [{ name: got, attempts: 3 }]
    operations:
      reserve: { effect: read, attempts: 1 }
`,
    ],
    scanned: [{ library: 'got', file: 'src/inventory.ts', line: 12, attempts: 3 }],
  },
  worse: 'attempts',
  *check({ contracts, scanned }) {
    const named = new Set(
      contracts.flatMap(({ depends }) => [...depends.values()].flatMap(({ layers }) => layers.map(({ name }) => name))),
    )
    for (const { library, file, line, attempts } of scanned) {
      if (attempts === 1 || named.has(library)) continue
      const contract = nearest(contracts, file)
      if (!contract) continue
      yield {
        contract,
        path: ['depends'],
        message: `${library} at ${file}:${line} makes ${attempts === null ? 'attempts without a bound' : `up to ${counted(attempts, 'attempt')}`}, and no document names it.`,
        fix: `Switch its retries off, or write \`layers: [{ name: ${library}, attempts: ${attempts ?? 10} }]\` under the dependency that it calls.`,
        about: `${library} ${file}`,
        amount: attempts ?? Number.MAX_SAFE_INTEGER,
      }
    }
  },
}

/** The document beside the code: of all folders that it is in, the one with the longest name. */
function nearest(contracts: readonly Contract[], file: string): Contract | undefined {
  let best: Contract | undefined
  let length = -1
  for (const contract of contracts) {
    const folder = contract.file.slice(0, contract.file.lastIndexOf('/') + 1)
    if (file.startsWith(folder) && folder.length > length) [best, length] = [contract, folder.length]
  }
  return best ?? contracts[0]
}
