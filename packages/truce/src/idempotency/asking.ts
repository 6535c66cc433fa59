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
export function ask<Answer>(patience: Patience, command: () => Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => tellEnd(patience, command, resolve, reject))
}

/** The same, telling one of the two: each promise of a call is felt (`npm run bench:idempotency`). */
export function tellEnd<Answer>(
  { clock, storeTimeout, store }: Patience,
  command: () => Promise<Answer>,
  answered: (answer: Answer) => void,
  failed: (error: unknown) => void,
): void {
  let isOver = false
  const alarm = clock.alarm(storeTimeout, () => {
    isOver = true
    failed(unanswered(store))
  })
  const thrown = (error: unknown) => {
    if (isOver) return
    alarm.cancel()
    failed(error instanceof Error ? error : new Error('the store failed', { cause: error }))
  }
  promised(command).then((answer) => {
    if (isOver) return
    alarm.cancel()
    answered(answer)
  }, thrown)
}

/** What it throws at once, it rejects with. */
export function promised<Answer>(command: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = command()
    return answer instanceof Promise ? answer : Promise.resolve(answer)
  } catch (error) {
    return rejected(error)
  }
}

/** As it was thrown, be it an error or not. */
export async function rejected(error: unknown): Promise<never> {
  throw error
}

export function unanswered({ name }: { readonly name: string }): Error {
  return new Error(`the ${name} store did not answer in time`)
}
