/**
 * Checklist: every operation that is called, with the six answers and its place among the risks.
 *
 * @module
 */
import type { Contract, Operation } from '../document/model.js'
import { buildGraph } from '../graph/build.js'
import type { Graph } from '../graph/graph.js'
import { urgencyOf } from '../graph/urgency.js'
import { windowsOf } from '../windows/windows.js'
import { type Answer, ANSWERS, type Asked, type Question, QUESTIONS } from './answers.js'

/** One called operation. */
export interface ChecklistItem {
  readonly service: string
  /** `inventory.reserve`. */
  readonly operation: string
  /** What a repeat would cost. */
  readonly risk: Operation['risk']
  /** Does somebody wait for it? */
  readonly urgency: 'interactive' | 'background'
  readonly answers: Readonly<Record<Question, Answer>>
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What `truce checklist --json` prints. */
export interface Checklist {
  readonly operations: readonly ChecklistItem[]
}

/**
 * Asks the six questions of every operation that the documents call, in their order.
 *
 * @example
 * const open = checklist(contracts).operations.filter(({ answers }) => Object.values(answers).some(({ ok }) => !ok))
 */
export function checklist(contracts: readonly Contract[]): Checklist {
  const graph = buildGraph(contracts)
  const windows = longestWindows(graph)
  return { operations: graph.called.map((called) => item({ ...called, window: windows.get(called.operation) })) }
}

/** Of each operation that sends a key, how long that is repeated at most, whoever calls it; ms. */
function longestWindows(graph: Graph): ReadonlyMap<Operation, number> {
  const longest = new Map<Operation, number>()
  for (const [{ operation }, { window }] of windowsOf(graph)) {
    longest.set(operation, Math.max(window, longest.get(operation) ?? 0))
  }
  return longest
}

function item(asked: Asked): ChecklistItem {
  const { contract, operation, name } = asked
  const questions = Object.keys(QUESTIONS) as Question[]
  return {
    service: contract.service,
    operation: name,
    risk: operation.risk,
    urgency: urgencyOf(asked),
    answers: Object.fromEntries(questions.map((each) => [each, ANSWERS[each](asked)])) as ChecklistItem['answers'],
    file: contract.file,
    ...contract.at(asked.implied ?? operation.path),
  }
}
