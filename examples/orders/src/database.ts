/**
 * One SQLite file a service, in WAL mode: nothing is shared but HTTP, as between real services.
 *
 * @module
 */
import Database from 'libsql'

export type { Database } from 'libsql'

/** `synchronous = NORMAL` survives a killed process (not a power cut) and spares an fsync per order. */
export function openDatabase(path: string, schema: string): Database.Database {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec(schema)
  return database
}

/** Faults are noted by the service that had them: measurements take their windows from here. */
export const FAULTS_TABLE = `create table if not exists faults (
  label text not null, kind text not null, started real not null, ends real
);`
