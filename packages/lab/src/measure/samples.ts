/**
 * Samples: the levels that a series shows, read at the end of each bucket.
 *
 * @module
 */
import type { World } from '../model/world.js'

/** Of a fleet of more, so many are asked, evenly spread: a picture needs no more. */
const MOST_ASKED = 1_000

export class Samples {
  readonly bucketMs: number
  readonly breakerOpenShare: number[] = []
  readonly budgetTokens: number[] = []
  readonly governor: number[] = []
  readonly queues: number[][]
  readonly busy: number[][]

  constructor(bucketMs: number, dependencies: number) {
    this.bucketMs = bucketMs
    this.queues = Array.from({ length: dependencies }, () => [])
    this.busy = Array.from({ length: dependencies }, () => [])
  }

  take({ groups, servers }: World, now: number): void {
    let [asked, open, tokens, level] = [0, 0, 0, 0]
    for (const { parts, clients } of groups) {
      if (parts.tally === undefined) continue
      const step = Math.max(1, Math.ceil(parts.instances / MOST_ASKED))
      for (let instance = 0; instance < clients.length; instance += step) {
        const gauges = clients[instance]?.gauges(now)
        if (gauges === undefined) continue
        asked++
        if (gauges.breakerOpen) open++
        tokens += gauges.tokens
        level += gauges.level
      }
    }
    const mean = (sum: number) => (asked === 0 ? 0 : sum / asked)
    this.breakerOpenShare.push(mean(open))
    this.budgetTokens.push(mean(tokens))
    this.governor.push(mean(level))
    for (const [i, server] of servers.entries()) {
      this.queues[i]?.push(server.waiting)
      this.busy[i]?.push(server.busy)
    }
  }
}
