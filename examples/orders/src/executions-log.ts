/**
 * What became of every keyed call, as the idempotency engine of this process tells it: replays, conflicts and
 * reconciled calls are counted from here, by the engine that made them.
 *
 * @module
 */
import { events, type Execution } from 'truce/telemetry'
import { type LineLog, lineLog } from './line-log.js'

export type { Execution } from 'truce/telemetry'

export function executionsLog(path: string): Pick<LineLog<Execution>, 'flush' | 'close'> {
  const log = lineLog<Execution>(path)
  const leave = events.on('execution', log.write)
  return {
    flush: log.flush,
    close() {
      leave()
      log.close()
    },
  }
}
