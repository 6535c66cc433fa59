/**
 * Paste: what several rules tell to write.
 *
 * A fix that cannot be pasted, or that breaks the next rule, costs its reader more than none.
 *
 * @module
 */
import type { Call, Contract } from '../document/model.js'
import type { Called } from '../graph/graph.js'
import { repeatsFor } from '../windows/windows.js'
import { write } from './place.js'
import { atLeast } from './words.js'

/** How long a key may be repeated where nobody needs longer, ms. */
const DAY = 86_400_000

/**
 * A key to be pasted, with a window in which its repeats end. Where one call makes several of these, they need keys of
 * their own: with one key for all, the second would get the answer of the first.
 */
export function writeKey(called: Called): string {
  const { contract, operation, name } = called
  const several = [...contract.serves.values()].some(({ calls }) =>
    calls.some(({ target, times }) => target === name && times > 1),
  )
  const longest = Math.max(DAY, repeatsFor(called))
  const window = Number.isFinite(longest) ? `, window: ${atLeast(longest)}` : ''
  const key = `'{incoming}_${operation.name}${several ? '_{item}' : ''}'`
  const text = write(`idempotency: { key: ${key}${window} }`, operation.path)
  return several ? `${text}, where \`item\` tells its calls apart` : text
}

/** A dependency's operation to be pasted under `depends`, for a call that none there answers. */
export function entryOf({ operation }: Call, callee: Contract | undefined): string {
  return `${operation}: { effect: ${callee?.serves.get(operation)?.effect ?? 'read'} }`
}

/** A ratio to be pasted, beside what else is said of the budget. */
export function writeRatio({ contract, depended }: Called, ratio: number): string {
  const { path } = depended
  return contract.written([...path, 'budget']) && depended.budget !== 'none'
    ? write(`ratio: ${ratio}`, [...path, 'budget'])
    : write(`budget: { ratio: ${ratio} }`, path)
}
