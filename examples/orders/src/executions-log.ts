/**
 * What became of every keyed call, as the idempotency engines of this process tell it: replays, conflicts and
 * reconciled calls are counted from here, by the engine that made them.
 *
 * @module
 */
import { events, type Execution } from 'truce/telemetry'
import { type LineLog, lineLog } from './line-log.js'

export type { Execution } from 'truce/telemetry'

export function executionsLog(path: string): Pick<LineLog<Execution>, 'close'> {
  const log = lineLog<Execution>(path)
  const leave = events.on('execution', log.write)
  return {
    close() {
      leave()
      log.close()
    },
  }
}
