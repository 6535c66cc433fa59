/**
 * Script check: a script that cannot be followed says so where it is written, not in mid-test.
 *
 * @module
 */

const ALLOWED =
  "'ok', 'hang', { value }, { error }, { status: 200–599, headers?, body? }, each of these with { after: ms }"

/** @throws TypeError naming the step */
export function checkScript(steps: readonly unknown[], options: { readonly clock?: unknown }): void {
  if (steps.length === 0)
    throw new TypeError(`scriptedDependency: the script is empty; give at least one of ${ALLOWED}`)
  for (const [index, step] of steps.entries()) {
    if (!isStep(step))
      throw new TypeError(`scriptedDependency: step ${index + 1} is ${said(step)}; a step is one of ${ALLOWED}`)
    if (typeof step === 'object' && 'after' in step && !options.clock) {
      throw new TypeError(
        `scriptedDependency: step ${index + 1} waits ("after") and there is no clock; give { clock: time.clock } of virtualTime()`,
      )
    }
  }
}

function isStep(step: unknown): step is string | object {
  if (step === 'ok' || step === 'hang') return true
  if (typeof step !== 'object' || step === null) return false
  if ('after' in step && !(typeof step.after === 'number' && step.after >= 0)) return false
  const ends = ['value', 'error', 'status'].filter((end) => end in step).length
  if ('status' in step)
    return ends === 1 && Number.isInteger(step.status) && 200 <= Number(step.status) && Number(step.status) <= 599
  return ends === 1 || (ends === 0 && 'after' in step)
}

function said(step: unknown): string {
  return typeof step === 'string' ? `"${step}"` : (JSON.stringify(step) ?? String(step))
}
