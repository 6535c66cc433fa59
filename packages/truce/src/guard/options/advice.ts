/**
 * Advice: what somebody meant who gave an option that there is not.
 *
 * Who comes from another library writes its words, and who is new here puts a word of ours in the wrong
 * place. A list of forty names says neither that `retries` is `attempts`, one more, nor that `key` is
 * for `run()`.
 *
 * @module
 */

import { OF_DEPENDENCY, OF_OPERATION, OF_RUN } from './names.js'

/** Where an option is said. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  'dependency()': OF_DEPENDENCY,
  'dependency().operation()': OF_OPERATION,
  'dependency().operation().run()': OF_RUN,
}

/** Those whose options are told from each other's. */
const TOP = words('dependency operation run retry createFetch')

/** Words of other libraries: ours for the same, and how they differ. */
const ELSEWHERE: readonly (readonly [theirs: readonly string[], ours: readonly string[], note?: string])[] = [
  [words('timeout'), words('attemptTimeout deadline')],
  [words('retries retry maxRetries numOfAttempts'), words('attempts'), ' (retries + 1)'],
  [words('maxAttempts tries'), words('attempts')],
  [words('maxRetryTime totalTimeout'), words('deadline')],
  [words('delay initialDelay minDelay minTimeout retryDelay'), words('backoff.initial')],
  [words('maxDelay maxTimeout maxInterval'), words('backoff.max')],
  [words('exponent multiplier'), words('backoff.factor')],
  [words('randomize'), words('backoff.jitter')],
  [words('retryIf retryWhen retryCondition shouldRetry'), words('classify retryOn')],
  [words('idempotencyKey'), words('key')],
  [words('abortSignal'), words('signal')],
  [words('circuitBreaker'), words('breaker')],
  [words('threshold errorThresholdPercentage failureThreshold'), words('breaker.failureRate')],
  [words('volumeThreshold minimumThroughput'), words('breaker.minimumCalls')],
  [words('rollingCountTimeout samplingDuration'), words('breaker.window')],
  [words('resetTimeout halfOpenAfter breakDuration'), words('breaker.cooldown')],
  [words('capacity bulkhead maxConcurrent maxConcurrency'), words('concurrency')],
  [words('hedging'), words('hedge')],
  [words('fallbackFn fallbackFunction fallbackValue'), words('fallback')],
  [words('dryRun'), words('mode'), " ('observe')"],
]

/**
 * Where it is, or what it is called here, or a guess where it is near; else a list, for a wrong guess sends a
 * reader astray.
 *
 * @param where whose options they are
 */
export function advice(word: string, known: readonly string[], where: string): string {
  const [, ours = [word], note = ''] = ELSEWHERE.find(([theirs]) => theirs.includes(word)) ?? []
  const here = ours.map((path) => within(path, known, where)).filter((path) => path !== undefined)
  if (here.length > 0) return `here it is ${here.join(' or ')}${note}`
  const places = TOP.includes(where) ? ours.flatMap(placesOf) : []
  if (places.length > 0) return `${ours.join(' or ')}${note} is an option of ${[...new Set(places)].join(' and ')}`
  const guess = nearest(word, known)
  const near = distance(word.toLowerCase(), guess.toLowerCase()) <= Math.max(2, Math.floor(guess.length / 3))
  return near ? `did you mean ${guess}?` : `there are ${known.join(', ')}`
}

/** How an option is called among these; `undefined` where it is none of them. */
function within(path: string, known: readonly string[], where: string): string | undefined {
  const [first = '', last = first] = path.split('.')
  if (known.includes(first)) return path
  return first === where && known.includes(last) ? last : undefined
}

function placesOf(path: string): string[] {
  const [first = ''] = path.split('.')
  return Object.entries(PLACES).flatMap(([place, options]) => (options.includes(first) ? [place] : []))
}

/** The known name with the fewest letters to change. */
function nearest(word: string, known: readonly string[]): string {
  return known.reduce((best, candidate) => (distance(word, candidate) < distance(word, best) ? candidate : best))
}

/** Letters to insert, delete or replace (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}

function words(list: string): string[] {
  return list.split(' ')
}
