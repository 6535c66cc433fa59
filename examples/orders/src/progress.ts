/**
 * Live progress on stderr: a bar on a terminal, plain lines elsewhere.
 *
 * @module
 */
import { Presets, SingleBar } from 'cli-progress'
import type { Progress } from './half.js'

export interface ProgressLine {
  readonly show: (progress: Progress) => void
  readonly end: () => void
}

const PLAIN_EVERY_MS = 2_000

export function progressLine(title: string, lastsMs: number, out: NodeJS.WriteStream): ProgressLine {
  return out.isTTY ? bar(title, lastsMs, out) : plain(title, out)
}

function bar(title: string, lastsMs: number, out: NodeJS.WriteStream): ProgressLine {
  const format = `${title} {bar} {clock}  {text}`
  const line = new SingleBar(
    { format, stream: out, hideCursor: true, barsize: 20, gracefulExit: false },
    Presets.shades_grey,
  )
  return {
    // Started late: what is said while the services start would tear it.
    show(now) {
      if (!line.isActive) line.start(lastsMs, 0, { clock: '', text: '' })
      line.update(Math.min(now.ms, lastsMs), { clock: clock(now.ms), text: text(now) })
    },
    end: () => line.stop(),
  }
}

function plain(title: string, out: NodeJS.WriteStream): ProgressLine {
  let shown = -Infinity
  return {
    show(now) {
      if (now.ms - shown < PLAIN_EVERY_MS) return
      shown = now.ms
      out.write(`${title} ${clock(now.ms)}  ${text(now)}\n`)
    },
    end: () => undefined,
  }
}

const clock = (ms: number) => `${(ms / 1_000).toFixed(0).padStart(3)} s`
const text = ({ sent, confirmed, pending, failed, fault }: Progress) =>
  `${sent} sent, ${confirmed} confirmed, ${pending} pending, ${failed} failed${fault && `  [${fault}]`}`
