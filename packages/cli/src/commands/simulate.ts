/**
 * `truce simulate FILE`: what would happen, under each strategy.
 *
 * @module
 */
import { InvalidArgumentError } from 'commander'
import { type Command, HOLDS } from '../command.js'
import { printJson } from '../terminal/json.js'

export const command: Command = {
  summary: 'runs the shipped policies against modelled dependencies, under virtual time',
  declare(simulate) {
    simulate
      .argument('<file>', 'a scenario, or the name of one of the library')
      .option('--seed <n>', "instead of the scenario's", wholeNumber)
      .option('--seeds <n>', 'so many runs, and 95 % confidence intervals', wholeNumber)
      .option('--html <file>', 'writes the report as a page too: charts, strategies side by side')
      .option('--progress', 'shows how far it is where stderr is no terminal too')
      .option('--force', 'run it even where it takes more time or memory than is sensible')
  },
  examples: [
    { does: 'What would happen?', line: 'truce simulate storm.yaml' },
    { does: 'As a page', line: 'truce simulate lost-answers --html report.html' },
    { does: 'With other randomness', line: 'truce simulate storm.yaml --seed 8' },
    { does: 'How sure is that?', line: 'truce simulate storm.yaml --seeds 20 --json' },
  ],
  async run({ args: [file = ''], options }, surroundings) {
    const { scenarioIn, runScenario } = await import('../simulate/run.js')
    const scenario = await scenarioIn(file)
    const { html } = options
    const page = typeof html === 'string' ? await import('../simulate/write-page.js') : undefined
    page?.checkPage(html as string)
    const simulated = await runScenario(scenario, options, surroundings)
    await page?.writePage(html as string, scenario, simulated)
    if (options['json'] === true) printJson(surroundings.stdout, simulated.result)
    else await (await import('../simulate/print-text.js')).print(scenario, simulated, surroundings)
    return HOLDS
  },
}

/** Kept as the text that it is: options are texts. */
function wholeNumber(given: string): string {
  if (/^\d{1,10}$/.test(given) && Number(given) <= 4_294_967_295) return given
  throw new InvalidArgumentError('Allowed are whole numbers from 0 to 4294967295.')
}
