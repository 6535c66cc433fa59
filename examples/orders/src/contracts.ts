/**
 * Contracts: what a service promises, read from its document where it starts.
 *
 * A number that stands in a document and once more in code is two numbers by the next incident. What is promised is
 * read from here; code says what fits in no document: who calls, in which mode a key is kept, what an answer means.
 *
 * @module
 */
import { type Guards, type IdempotencyTerms, loadContract, type Surroundings } from '@truce/contract'
import { peer } from 'truce/peer'

const FOLDER = new URL('../contracts/', import.meta.url)

/**
 * @param time for tests
 * @throws ContractError with the line of what is wrong
 */
export function contractOf(
  service: 'order' | 'inventory' | 'warehouse',
  time: Pick<Surroundings, 'clock' | 'random'> = {},
): Guards {
  return loadContract(new URL(`${service}.truce.yaml`, FOLDER), { peer, ...time })
}

/** @throws Error for an operation whose document does not say how long its keys are remembered */
export function remembered(contract: Guards, operation: string): IdempotencyTerms & { ttl: number } {
  const terms = contract.idempotency(operation)
  if (terms?.ttl !== undefined) return { ...terms, ttl: terms.ttl }
  throw new Error(`${contract.contract.file} says no ttl for ${operation}: write idempotency: { key: …, ttl: … } there`)
}
