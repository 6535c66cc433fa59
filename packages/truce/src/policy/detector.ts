/**
 * Detector: the breaker that only finds out whether a dependency is dead.
 *
 * Every dependency has it unless it is given a breaker; and to it a breaker steps back where the dependency guards
 * itself. A breaker guesses from failures what an admission knows: it sheds at a share of refusals, and the refusals
 * were what kept the dependency alive. In 31 simulated storms with an admission, callers with both zones were up to 5
 * points worse than callers that do nothing, callers without a breaker nowhere.
 *
 * @module
 */
import type { BreakerRule } from './breaker-rule.js'

/**
 * It opens only when nothing of at least 20 calls was answered, and must cost nothing: a host that is back is found
 * within half a second, by one success, and no ramp holds back whom the governor lets through anyhow. Times in ms.
 * With the cooldown and the ramp of a full breaker it cost 1.0 points of success after 10 s of refusals at 95 % load, and
 * 1.5 after a hang of 20 s (the ladder's b and s13, ten seeds from 2001, `breaker: { failureRate: 100%, openRate: 100% }`).
 */
export const DETECTOR = /* @__PURE__ */ Object.freeze({
  failureRate: 1,
  openRate: 1,
  cooldown: 100,
  cooldownMax: 500,
  closeAfter: 1,
  ramp: 0,
})

/** Of so many calls all have to fail. */
const DEAD = 20

/** Opens when everything fails and nothing before; slow calls are the admission's. */
export function steppedBack(rule: BreakerRule): BreakerRule {
  if (rule.kind === 'consecutive') return { ...rule, failures: Math.max(DEAD, rule.failures) }
  const minimumCalls = Math.max(DEAD, rule.minimumCalls)
  const size = Math.max(minimumCalls, rule.size)
  const { failureRate, openRate } = DETECTOR
  return { ...rule, size, minimumCalls, failureRate, openRate, slowRate: Number.POSITIVE_INFINITY }
}
