/**
 * Limited workers behind a bounded queue: how a service slows and collapses.
 *
 * A stub that answers every request after 50 ms never collapses, whatever its callers do, and makes any
 * retry policy look harmless. Here attempts wait for one of a few workers, work goes on after the caller
 * has left, and queued work is done even if nobody waits for it any more, unless somebody knows that: the
 * useless work is what keeps a service down after its fault has ended.
 *
 * @module
 */

/** How one attempt fared: `full` was refused before the queue, `dropped` was skipped: it was for nobody any more. */
export type Turn = 'done' | 'full' | 'dropped'

export interface WorkersOptions {
  readonly workers: number
  /** Places in the waiting room; an attempt beyond them is refused at once. */
  readonly queue: number
  /** Runs `finish` after that many milliseconds. */
  readonly after?: (ms: number, finish: () => void) => void
}

export interface Workers {
  /**
   * @param ms the time one worker needs, asked when the work starts
   * @param drop whether it is not worth starting any more, asked at its turn
   */
  work(ms: () => number, drop?: () => boolean): Promise<Turn>
  /** Capacity lost or regained; work already started is finished. */
  resize(workers: number): void
  /** Nothing starts or finishes until `thaw`, as in a long pause of a process or its disk. */
  freeze(): void
  thaw(): void
  readonly busy: number
  readonly waiting: number
}

interface Job {
  readonly ms: () => number
  readonly drop: () => boolean
  readonly end: (turn: Turn) => void
}

const never = () => false
const timer = (ms: number, finish: () => void) => void setTimeout(finish, ms)

export function limitedWorkers(options: WorkersOptions): Workers {
  const after = options.after ?? timer
  const queue: Job[] = []
  const held: (() => void)[] = []
  let workers = options.workers
  let frozen = false
  let busy = 0

  function start(job: Job): void {
    busy++
    after(job.ms(), () => finish(job))
  }

  function finish(job: Job): void {
    if (frozen) {
      held.push(() => finish(job))
      return
    }
    busy--
    job.end('done')
    next()
  }

  function next(): void {
    while (!frozen && busy < workers) {
      const job = queue.shift()
      if (!job) return
      if (job.drop()) job.end('dropped')
      else start(job)
    }
  }

  return {
    work: (ms, drop = never) =>
      new Promise((end) => {
        const job = { ms, drop, end }
        if (!frozen && busy < workers) start(job)
        else if (queue.length < options.queue) queue.push(job)
        else end('full')
      }),
    resize(count) {
      workers = count
      next()
    },
    freeze() {
      frozen = true
    },
    thaw() {
      frozen = false
      for (const resume of held.splice(0)) resume()
      next()
    },
    get busy() {
      return busy
    },
    get waiting() {
      return queue.length
    },
  }
}
