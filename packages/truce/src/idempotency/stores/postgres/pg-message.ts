/**
 * Message: statements that go to the server in one piece, and are answered in one.
 *
 * pg sends a statement, waits for its answer, and only then sends the next: a transaction that does one thing waits
 * five times. And it asks each time anew which columns an answer has, which for a claim is a tenth of its cost. A
 * message is an object with `submit`, as pg-cursor and pg-query-stream are; where a client takes none (pg-native, the
 * option `pipeline`), its statements go one after the other, as pg sends them.
 *
 * What follows a statement that failed is not run. That is what a COMMIT behind a result rests on.
 *
 * @module
 */
import type { Sent, Value } from './database.js'

/** What became of one statement. */
export interface Answer {
  readonly rows: string[][]
  /** The server's own word, such as `UPDATE 1`. */
  readonly tag: string
}

/** pg's connection, as much of it as a message speaks to. */
export interface PgConnection {
  readonly stream: { cork?(): void; uncork?(): void }
  parse(statement: { name: string; text: string; types: readonly number[] }): void
  bind(values: { portal: string; statement: string; values: readonly string[]; binary: boolean }): void
  execute(portal: { portal: string; rows: number }): void
  close(what: { type: 'S'; name: string }): void
  sync(): void
}

/** Told once. */
export type Answered = (error: Error | null | undefined, answers?: Answer[]) => void

/** `prepared`: it is there. `sent`: it was sent, and a failure came in between: nobody knows. */
const prepared = new WeakMap<PgConnection, Map<string, 'sent' | 'prepared'>>()

/** Of one use. pg calls its methods by name. */
export class PgMessage {
  /** pg puts its own around it. */
  callback: Answered
  /** What logs and traces show: the first statement. */
  readonly text: string
  readonly #statements: readonly Sent[]
  readonly #prepares: boolean
  readonly #fresh: string[] = []
  readonly #answers: Answer[] = []
  #rows: string[][] = []
  #isOver = false

  constructor(statements: readonly Sent[], prepares: boolean, answered: Answered) {
    this.#statements = statements
    this.#prepares = prepares
    this.callback = answered
    this.text = statements[0]?.statement.text ?? ''
  }

  submit(connection: PgConnection): null {
    const { stream } = connection
    stream.cork?.()
    try {
      for (const { statement, values } of this.#statements) {
        const name = this.#prepares ? statement.name : ''
        this.#prepare(connection, name, statement.text)
        connection.bind({ portal: '', statement: name, values: values.map(textOf), binary: false })
        connection.execute(PORTAL)
      }
      connection.sync()
    } finally {
      stream.uncork?.()
    }
    return null
  }

  #prepare(connection: PgConnection, name: string, text: string): void {
    if (name === '') return connection.parse({ name, text, types: [] })
    const names = namesOf(connection)
    const known = names.get(name)
    if (known === 'prepared' || this.#fresh.includes(name)) return
    // To close what is not there is no error.
    if (known === 'sent') connection.close({ type: 'S', name })
    names.set(name, 'sent')
    this.#fresh.push(name)
    connection.parse({ name, text, types: [] })
  }

  handleRowDescription(): void {}

  handleDataRow({ fields }: { readonly fields: string[] }): void {
    this.#rows.push(fields)
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#answers.push({ rows: this.#rows, tag: text })
    this.#rows = []
  }

  /** The server's, or the loss of the connection. */
  handleError(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.callback(error)
  }

  handleReadyForQuery(connection: PgConnection): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const name of this.#fresh) namesOf(connection).set(name, 'prepared')
    this.callback(undefined, this.#answers)
  }

  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

const PORTAL = { portal: '', rows: 0 } as const

function namesOf(connection: PgConnection) {
  let names = prepared.get(connection)
  if (names === undefined) prepared.set(connection, (names = new Map()))
  return names
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : String(value)
}

/** Does the client take a message? */
export function takesMessages(client: object): boolean {
  const { connection, pipeline } = client as { readonly connection?: PgConnection; readonly pipeline?: unknown }
  if (connection === undefined || prepared.has(connection)) return connection !== undefined
  const takes = pipeline !== true && METHODS.every((method) => typeof connection[method] === 'function')
  if (takes) prepared.set(connection, new Map())
  return takes
}

const METHODS = ['parse', 'bind', 'execute', 'close', 'sync'] as const
