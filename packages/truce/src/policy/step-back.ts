/**
 * Step back: the breaker's rule for a dependency that guards itself.
 *
 * A breaker guesses from failures what an admission knows: it sheds at a share of refusals, and the refusals were
 * what kept the dependency alive. Where there is an admission, the breaker only finds out whether anybody is there.
 * In 31 simulated storms with an admission, callers with both zones were up to 5 points worse than callers that do
 * nothing, callers without a breaker nowhere.
 *
 * @module
 */
import type { BreakerRule } from './breaker-rule.js'

/** Of so many calls all have to fail. */
const DEAD = 20

/** Opens when everything fails and nothing before; slow calls are the admission's. */
export function steppedBack(rule: BreakerRule): BreakerRule {
  if (rule.kind === 'consecutive') return { ...rule, failures: Math.max(DEAD, rule.failures) }
  const minimumCalls = Math.max(DEAD, rule.minimumCalls)
  const size = Math.max(minimumCalls, rule.size)
  return { ...rule, size, minimumCalls, failureRate: 1, openRate: 1, slowRate: Number.POSITIVE_INFINITY }
}
