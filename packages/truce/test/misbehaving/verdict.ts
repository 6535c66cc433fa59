/**
 * Verdict: what a classifier, and after it the rules of HTTP, make of what a real client throws.
 *
 * @module
 */
import { classifyHttp } from '../../src/http/semantics/classify.js'
import type { Classifier } from '../../src/policy/classify.js'
import { thrownBy } from './listen.js'

/** Class and certainty in a few words, `silent` where the dependency did not answer. */
export async function verdictOn(classifier: Classifier, attempt: () => PromiseLike<unknown>): Promise<string> {
  const error = await thrownBy(attempt)
  const verdict = classifier(error, true) ?? classifyHttp(error, true)
  if (typeof verdict !== 'object') return `${verdict}`
  return `${verdict.class} ${verdict.certainty}${verdict.answered ? '' : ' silent'}`
}
