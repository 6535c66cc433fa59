/**
 * Load: from a file to a scenario, or to what is wrong with it and where.
 *
 * @module
 */
import {
  type Advise,
  checkShapeOf,
  type DocumentProblem,
  nearest,
  plain,
  Problems,
  readText,
  readYaml,
} from '@truce/contract/document'
import type { Written } from '../schema/document.js'
import { scenarioOf } from './scenario-of.js'
import type { Scenario } from './model.js'
import { schema } from './schema.js'
import { checkSense } from './sense.js'

/** A scenario, or why there is none. */
export interface LoadedScenario {
  readonly scenario?: Scenario
  /** Empty where there is a scenario. From top to bottom. */
  readonly problems: readonly DocumentProblem[]
}

/**
 * Reads a scenario from a file. Never throws for what the file says.
 *
 * @example
 * const { scenario, problems } = loadScenario('storm.yaml')
 */
export function loadScenario(file: string): LoadedScenario {
  const unreadable = new Problems(file)
  const text = readText(file, unreadable)
  return text === undefined ? { problems: unreadable.list } : parseScenario(text, file)
}

/**
 * The same of a text, YAML or JSON.
 *
 * @param file how messages call it, and what recorded arrivals are relative to
 */
export function parseScenario(text: string, file: string): LoadedScenario {
  const problems = new Problems(file, text)
  const tree = readYaml(text, problems)
  if (tree !== undefined) checkShapeOf(tree, problems, schema(), advise, 'a simulation')
  if (tree === undefined || problems.any) return { problems: problems.list }
  const written = plain(tree) as Written
  checkSense(tree, written, problems)
  if (problems.any) return { problems: problems.list }
  const scenario = scenarioOf(written, file, { tree, problems })
  return scenario === undefined || problems.any ? { problems: problems.list } : { scenario, problems: [] }
}

/** Words of other tools, and of the contract: ours for the same. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  timeout: 'attemptTimeout (one attempt) or deadline (the whole call)',
  retries: 'attempts, which is retries + 1',
  maxAttempts: 'attempts',
  duration: 'for',
  capacity: 'workers',
  concurrency: 'workers',
  latency: 'service',
  target: 'calls',
  rate: 'arrivals: { open: 200/s }',
  version: 'simulate: 1',
}

const advise: Advise = (name, _value, _path, known) => {
  const guess = nearest(name, known)
  if (guess !== undefined) return `did you mean ${guess}?`
  const ours = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined
  if (ours !== undefined && known.some((field) => ours.startsWith(field))) return `here it is ${ours}`
  return `write one of ${known.join(', ')}`
}
