/**
 * Progress: one line on stderr while something takes long, where a person looks on.
 *
 * @module
 */
import type { Surroundings } from '../surroundings.js'

export interface Progress {
  readonly end: () => void
}

/** What is over sooner needs no line that only flickers, ms. */
const AFTER = 300
const EVERY = 100
const SIGNS = ['⠋', '⠙', '⠹', '⠸', '⠴', '⠦', '⠧', '⠇']
const CLEAR = '\r\u001B[K'

/** @param title what is done */
export function progressOn({ stderr }: Surroundings, title: string): Progress {
  if (!stderr.isTTY) return { end: () => undefined }
  const text = title.length > 60 ? `${title.slice(0, 59)}…` : title
  let shown = 0
  const show = () => {
    stderr.write(`${CLEAR}${SIGNS[shown % SIGNS.length]} ${text}`)
    shown++
  }
  let repeat: NodeJS.Timeout | undefined
  const start = setTimeout(() => {
    show()
    repeat = setInterval(show, EVERY).unref()
  }, AFTER).unref()
  return {
    end: () => {
      clearTimeout(start)
      clearInterval(repeat)
      if (shown > 0) stderr.write(CLEAR)
    },
  }
}
