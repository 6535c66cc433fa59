/**
 * Classify over HTTP: the classifier that a guard starts with.
 *
 * It reads values and errors alike, so that a plain `fetch` inside `run()` is understood: its 503 is
 * returned, its refused connection thrown, and both are failures.
 *
 * @module
 */
import { type Classifier, UNRECOGNISED } from '../../policy/classify.js'
import { classifyValue } from './answer.js'
import { classifyError, type Surroundings, SURROUNDINGS } from './system-error.js'

/**
 * Makes the last classifier of a chain: it always answers. A value that is no failing answer is `'ok'`,
 * an error that nobody recognises `UNRECOGNISED`.
 *
 * @param around the clock of Retry-After dates, and whether the host was ever found
 * @example
 * const classify = httpClassifier({ nowEpoch: () => clock.epoch + clock.now(), resolvedBefore: () => true })
 */
export function httpClassifier(around: Partial<Surroundings> = {}): Classifier {
  const surroundings: Surroundings = { ...SURROUNDINGS, ...around }
  return (result, threw) =>
    threw
      ? (classifyError(result, surroundings) ?? UNRECOGNISED)
      : (classifyValue(result, surroundings.nowEpoch) ?? 'ok')
}

/** The default: the system's clock, and no host known to exist. */
export const classifyHttp: Classifier = /* @__PURE__ */ httpClassifier()
