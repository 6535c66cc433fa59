/**
 * Send: statements through a client of pg, in one message where it takes one.
 *
 * @module
 */
import type { Sent } from './database.js'
import type { PgClient } from './pg-client.js'
import { type Answer, type Answered, PgMessage, takesMessages } from './pg-message.js'

const ARRAY = 'array'

/** @param answered with their answers, in order; what comes after a statement that failed is not run */
export function send(client: PgClient, prepares: boolean, statements: readonly Sent[], answered: Answered): void {
  if (takesMessages(client)) {
    void client.query(new PgMessage(statements, prepares, answered) as never)
    return
  }
  oneByOne(client, prepares, statements).then((answers) => answered(undefined, answers), answered)
}

/** @throws what the client throws */
export function sent(client: PgClient, prepares: boolean, statements: readonly Sent[]): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    send(client, prepares, statements, (error, answers) => (error ? reject(error) : resolve(answers ?? [])))
  })
}

async function oneByOne(client: PgClient, prepares: boolean, statements: readonly Sent[]): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const { statement, values } of statements) {
    const { name, text } = statement
    const query = prepares
      ? ({ name, text, values, rowMode: ARRAY } as const)
      : ({ text, values, rowMode: ARRAY } as const)
    const { rows, rowCount, command } = await client.query(query)
    answers.push({ rows: rows as string[][], tag: rowCount === null ? command : `${command} ${rowCount}` })
  }
  return answers
}
