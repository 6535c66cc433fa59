/**
 * Documents: the contracts that a command works on, or why it cannot.
 *
 * Half of the documents give a verdict on half of the system, and it looks like one on the whole: a document that
 * cannot be used ends the command. What was passed over on the way is named on stderr.
 *
 * @module
 */
import type { Contract } from '@truce/contract/document'
import { type Problem, UnusableError } from './failure.js'
import type { Surroundings } from './surroundings.js'
import { printable } from './terminal/printable.js'
import { progressOn } from './terminal/progress.js'

const NONE = 'Name a truce.yaml, or a folder with one in it: *.truce.yaml and truce.json are found as well'

/**
 * @param paths files, folders, globs
 * @throws UnusableError where one of them cannot be used, or there is no document
 */
export async function documents(paths: readonly string[], surroundings: Surroundings): Promise<readonly Contract[]> {
  const { loadDocuments } = await import('@truce/contract/document')
  // A variable that is not set: what was meant is not the folder one stands in.
  if (paths.includes(''))
    throw new UnusableError([{ message: 'A path is empty', fix: 'Name a file or folder; for this folder write .' }])
  const progress = progressOn(surroundings, printable(`reading ${paths.join(' ')}`))
  const { contracts, problems, skipped } = await loadDocuments(paths).finally(progress.end)
  const refused = skipped.filter(({ path }) => paths.some((given) => same(given, path)))
  if (problems.length > 0 || refused.length > 0) throw new UnusableError([...problems, ...refused.map(passedOver)])
  for (const { path, why } of skipped)
    surroundings.stderr.write(`${printable(path)}: passed over: ${printable(why)}.\n`)
  if (contracts.length === 0)
    throw new UnusableError([{ message: `There is no contract in ${list(paths)}`, fix: NONE }])
  const twins = twinsOf(contracts)
  if (twins.length > 0) throw new UnusableError(twins)
  return contracts
}

const passedOver = ({ path, why }: { readonly path: string; readonly why: string }): Problem => ({
  file: path,
  message: why,
  fix: 'Name what can be read, or leave it out',
})

/** Two documents of one service in one version: which of them counts would be chance. */
function twinsOf(contracts: readonly Contract[]): readonly Problem[] {
  const first = new Map<string, Contract>()
  return contracts.flatMap((contract) => {
    const { service, version, file } = contract
    const name = `${service} in version ${version}`
    const twin = first.get(name)
    if (!twin) {
      first.set(name, contract)
      return []
    }
    const message = `${twin.file} is the document of ${name} too`
    const fix = 'Give each service a name of its own, or raise the version of the newer one'
    return [{ file, ...contract.at(['service']), path: 'service', message, fix }]
  })
}

const same = (given: string, path: string) => given.replace(/^[.]\/|\/+$/g, '') === path || given === path

const list = (paths: readonly string[]) => paths.map((path) => JSON.stringify(path)).join(', ')
