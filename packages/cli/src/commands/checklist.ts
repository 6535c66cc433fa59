/**
 * `truce checklist PATH…`: six questions about every operation, answered or open.
 *
 * @module
 */
import { InvalidArgumentError } from 'commander'
import { type Command, HOLDS } from '../command.js'
import { documents } from '../documents.js'
import { printJson } from '../terminal/json.js'

/** Each form in a module of its own, loaded when it is asked for. */
const PRINTERS = {
  text: () => import('../checklist/print-text.js'),
  markdown: () => import('../checklist/print-markdown.js'),
  html: () => import('../checklist/print-html.js'),
}
const FORMATS = Object.keys(PRINTERS)

export const command: Command = {
  summary: 'six questions about every operation that is called, answered by the documents or open',
  declare(checklist) {
    checklist
      .argument('<path...>', 'documents, folders, globs')
      .option('--format <format>', `${FORMATS.join(', ')} (a printable page)`, formatOf, 'text')
  },
  examples: [
    { does: 'What is still open?', line: 'truce checklist truce.yaml' },
    { does: 'A page to print and talk about', line: 'truce checklist contracts --format html > checklist.html' },
    { does: 'For a review on a pull request', line: 'truce checklist contracts --format markdown' },
  ],
  async run({ args, options }, surroundings) {
    const contracts = await documents(args, surroundings)
    const { checklist } = await import('@truce/contract/checklist')
    const result = checklist(contracts)
    if (options['json'] === true) printJson(surroundings.stdout, result)
    else (await PRINTERS[options['format'] as keyof typeof PRINTERS]()).print(result, surroundings)
    return HOLDS
  },
}

function formatOf(given: string): string {
  if (FORMATS.includes(given)) return given
  throw new InvalidArgumentError(`Allowed are ${FORMATS.join(', ')}.`)
}
