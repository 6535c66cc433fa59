/**
 * Pool: what the service works with: so many workers, each busy for a while, and a line before them.
 *
 * Its work takes time and no processor, as with a database or another service. Callers and service share two cores here:
 * burnt time would measure who gets the processor, and not who is let in. It knows nothing of callers: what was begun for
 * one that has left is finished all the same.
 *
 * @module
 */

interface Job {
  readonly done: () => void
  /** ms of work that are left. */
  left: number
  began: number
  timer: NodeJS.Timeout | undefined
}

export class Pool {
  readonly #workers: number
  readonly #draw: () => number
  readonly #line: Job[] = []
  readonly #working = new Set<Job>()
  #frozen = false

  /** @param draw how long a job takes, ms */
  constructor(workers: number, draw: () => number) {
    this.#workers = workers
    this.#draw = draw
  }

  /** Jobs that wait or are worked on. */
  get size(): number {
    return this.#line.length + this.#working.size
  }

  /** Resolves when the work is done. */
  work(): Promise<void> {
    return new Promise((done) => {
      this.#line.push({ done, left: this.#draw(), began: 0, timer: undefined })
      this.#next()
    })
  }

  /** Nothing goes on any more: a database in a failover. */
  freeze(): void {
    this.#frozen = true
    const now = performance.now()
    for (const job of this.#working) {
      clearTimeout(job.timer)
      job.left = Math.max(0, job.left - (now - job.began))
    }
  }

  thaw(): void {
    this.#frozen = false
    for (const job of this.#working) this.#start(job)
    this.#next()
  }

  #next(): void {
    while (!this.#frozen && this.#working.size < this.#workers) {
      const job = this.#line.shift()
      if (job === undefined) return
      this.#working.add(job)
      this.#start(job)
    }
  }

  #start(job: Job): void {
    job.began = performance.now()
    job.timer = setTimeout(() => {
      this.#working.delete(job)
      job.done()
      this.#next()
    }, job.left)
  }
}

/**
 * Times with a tail: lognormal.
 *
 * @param mean ms @param spread standard deviation of the logarithm
 */
export function lognormal(mean: number, spread: number, random: () => number): () => number {
  const median = mean * Math.exp((-spread * spread) / 2)
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return median * Math.exp(spread * normal)
  }
}
