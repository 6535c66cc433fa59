/**
 * Client of pg, as much of it as the store asks of it: no library is imported for its types.
 *
 * @module
 */

/** `new pg.Pool()`. */
export interface PgPool {
  connect(): Promise<PgClient>
  connect(connected: (error: Error | undefined, client: PgClient | undefined) => void): void
  readonly options: { readonly max?: number | undefined }
}

/** A client of the pool. */
export interface PgClient {
  query(query: PgQuery): Promise<PgResult>
  release(broken?: Error | boolean): void
  on(event: string, listener: (...args: never[]) => void): unknown
  off(event: string, listener: (...args: never[]) => void): unknown
}

/** What of a query is given to pg. */
export interface PgQuery {
  readonly text: string
  readonly name?: string
  readonly values?: readonly unknown[]
  readonly rowMode: 'array'
}

/** What of its result is read. */
export interface PgResult {
  readonly rows: unknown[][]
  readonly rowCount: number | null
  readonly command: string
}
