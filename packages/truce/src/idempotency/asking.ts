/**
 * Asking: a store that does not answer must hold nobody, and one that throws where it should reject ends no process.
 *
 * @module
 */
import type { EngineSettings } from './settings.js'

/** What of an engine says how long its store may take. */
type Patience = Pick<EngineSettings<unknown>, 'clock' | 'storeTimeout'> & { readonly store: { readonly name: string } }

/**
 * Gives a command of the store and ends in time; a late answer counts no more.
 *
 * @throws what the store throws; or that it did not answer
 */
export function ask<Answer>({ clock, storeTimeout, store }: Patience, command: () => Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const alarm = clock.alarm(storeTimeout, () => reject(unanswered(store)))
    promised(command).then(
      (answer) => {
        alarm.cancel()
        resolve(answer)
      },
      (error: unknown) => {
        alarm.cancel()
        reject(error instanceof Error ? error : new Error('the store failed', { cause: error }))
      },
    )
  })
}

/** What it throws at once, it rejects with. */
export async function promised<Answer>(command: () => Promise<Answer>): Promise<Answer> {
  return command()
}

export function unanswered({ name }: { readonly name: string }): Error {
  return new Error(`the ${name} store did not answer in time`)
}
