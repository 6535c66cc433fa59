/**
 * Report: everything that was measured, as one document.
 *
 * @module
 */
import { BYTES_FLAGS } from './measure/bytes.js'
import { type Figures, figures } from './measure/figures.js'
import { gzipSizes } from './measure/gzip.js'
import { ROUND_FLAGS, type Samples } from './measure/rounds.js'
import { type Options, wanted } from './options.js'
import { start } from './processes/start.js'

export interface Report extends Figures {
  /** Heap bytes a call. */
  readonly bytes: Record<string, Record<string, number>>
  /** Bytes of a minified, compressed bundle. */
  readonly gzip: Record<string, number>
}

/** One process after the other: two at once would measure each other. */
export async function report(options: Options): Promise<Report> {
  const shared = await start<Samples>('rounds', ROUND_FLAGS, options)
  const own = wanted(options, 'g') ? await start<Samples>('inherited', ROUND_FLAGS, options) : {}
  return {
    ...figures({ ...shared, ...own }),
    bytes: wanted(options, 'bytes') ? await start('bytes', BYTES_FLAGS, options) : {},
    gzip: wanted(options, 'gzip') ? await gzipSizes() : {},
  }
}
