/**
 * Checklist: every operation that is called, with the six answers and its place among the risks.
 *
 * @module
 */
import type { Contract, Depended, Operation } from '../document/model.js'
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
  const services = new Map(contracts.map((contract) => [contract.service, contract]))
  const operations = contracts.flatMap((contract) =>
    [...contract.depends.values()].flatMap((depended) =>
      [...depended.operations.values()].map((operation) => {
        const served = services.get(depended.name)?.serves.get(operation.servedAs)
        return item({ contract, depended, operation, served })
      }),
    ),
  )
  return { operations }
}

function item(asked: Asked): ChecklistItem {
  const { contract, depended, operation } = asked
  const questions = Object.keys(QUESTIONS) as Question[]
  return {
    service: contract.service,
    operation: `${depended.name}.${operation.name}`,
    risk: operation.risk,
    urgency: urgencyOf(contract, depended, operation),
    answers: Object.fromEntries(questions.map((each) => [each, ANSWERS[each](asked)])) as ChecklistItem['answers'],
    file: contract.file,
    ...contract.at(operation.path),
  }
}

/** Work for later (a queue, a background call) is not waited for, whoever begins it. */
function urgencyOf(contract: Contract, depended: Depended, operation: Operation): ChecklistItem['urgency'] {
  if (depended.broker !== undefined || operation.use === 'background') return 'background'
  const target = `${depended.name}.${operation.name}`
  const callers = [...contract.serves.values()].filter(({ calls }) => calls.some((call) => call.target === target))
  const waited = callers.length === 0 || callers.some(({ urgency }) => urgency === 'interactive')
  return waited ? 'interactive' : 'background'
}
