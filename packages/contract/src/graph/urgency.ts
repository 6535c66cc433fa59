/**
 * Urgency: does somebody wait for a call.
 *
 * One answer for the rules and the checklist: told apart in two places, one of them would say that somebody waits for
 * what the other calls background work.
 *
 * @module
 */
import type { Called } from './graph.js'

/** Nobody waits for it, whoever begins it: a queue's operation, or one that is for the background. */
export function isBackground({ depended, operation }: Pick<Called, 'depended' | 'operation'>): boolean {
  return depended.broker !== undefined || operation.use === 'background'
}

/** The same, and whoever waits for those that call it is heard: nobody is where all of them are background work. */
export function urgencyOf(called: Called): 'interactive' | 'background' {
  if (isBackground(called)) return 'background'
  const callers = [...called.contract.serves.values()].filter(({ calls }) =>
    calls.some(({ target }) => target === called.name),
  )
  const waited = callers.length === 0 || callers.some(({ urgency }) => urgency === 'interactive')
  return waited ? 'interactive' : 'background'
}
