/**
 * `truce diff OLD NEW`: what a change of a document breaks.
 *
 * @module
 */
import { type Command, DOES_NOT_HOLD, HOLDS } from '../command.js'
import { documents } from '../documents.js'
import { printJson } from '../terminal/json.js'

export const command: Command = {
  summary: 'what a new version breaks: fails where it breaks somebody and the version was not raised',
  declare(diff) {
    diff.argument('<old>', 'a document, or a folder or glob of them').argument('<new>', 'the same, as it is to be')
  },
  examples: [
    { does: 'What does my change break?', line: 'truce diff agreed/order-api.yaml truce.yaml' },
    { does: 'All services, against the last release', line: 'truce diff ../released/contracts contracts' },
    { does: 'For a program', line: 'truce diff --json agreed.yaml truce.yaml' },
  ],
  async run({ args: [from = '', to = ''], options }, surroundings) {
    const [old, current] = [await documents([from], surroundings), await documents([to], surroundings)]
    const { compare } = await import('../diff/compare.js')
    const result = compare(old, current)
    if (options['json'] === true) printJson(surroundings.stdout, result)
    else (await import('../diff/report.js')).report(result, surroundings)
    return result.breaking.length > 0 && !result.versionRaised ? DOES_NOT_HOLD : HOLDS
  },
}
