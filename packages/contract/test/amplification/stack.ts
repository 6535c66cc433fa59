/**
 * Stack: layers above one dependency, which really call each other. What `check` computes is counted here.
 *
 * Each layer loops, fails, marks its failure as exhausted and hears the marks of others, as a guard, a foreign
 * client or a queue's consumer does. Nothing in here knows a product of attempts.
 *
 * @module
 */
import fc from 'fast-check'

/** One service's call of the next, as its document says it. */
export interface Hop {
  readonly times: number
  readonly attempts: number
  readonly attemptTimeout: number | 'none'
  readonly deadline: number
  readonly owns: boolean
  readonly peer: boolean
  readonly queue: boolean
  readonly foreign: readonly number[]
}

const hop: fc.Arbitrary<Hop> = fc.record({
  times: fc.integer({ min: 1, max: 2 }),
  attempts: fc.integer({ min: 1, max: 4 }),
  attemptTimeout: fc.constantFrom<(number | 'none')[]>(500, 1_000, 2_000, 'none'),
  deadline: fc.constantFrom(500, 1_000, 2_000),
  owns: fc.boolean(),
  peer: fc.boolean(),
  queue: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  foreign: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  ),
})

/** From the user action down. */
export const hops: fc.Arbitrary<readonly Hop[]> = fc.array(hop, { minLength: 1, maxLength: 4 })

/** Documents of these services: `s0.x` calls `s1.x`, and so on; the last has none. */
export function documentsOf(stack: readonly Hop[]): string[] {
  return stack.map((each, at) => {
    const { times, attempts, attemptTimeout, deadline, owns, peer, queue, foreign } = each
    const operation = {
      effect: 'read',
      attempts,
      attemptTimeout,
      deadline,
      exhausted: 'dead-letter',
      ...(!owns && { owner: 'another' }),
    }
    const depended = {
      peer,
      ...(queue && { broker: 'rabbitmq' }),
      layers: foreign.map((made, n) => ({ name: `layer${n}`, attempts: made })),
      operations: { x: operation },
    }
    const serves = { x: { effect: 'read', calls: { [`s${at + 1}.x`]: times } } }
    return JSON.stringify({ truce: 1, service: `s${at}`, serves, depends: { [`s${at + 1}`]: depended } })
  })
}

/** What an attempt came to. */
interface Failure {
  /** Whoever sent it will not try again, and says so after so many ms. */
  readonly exhaustedAt: number | undefined
}
type Answer = Failure | 'ok'

/** Does the answer that came get lost on its way up? */
export type Adversary = () => boolean

/** Attempts that reach the end while it is down, for one call of the action. Answers that are lost fail unmarked. */
export function run(stack: readonly Hop[], down: boolean, loses: Adversary): number {
  let arrived = 0
  const later: (() => void)[] = []

  const handle = (at: number): Answer => {
    const each = stack[at]
    if (!each) {
      arrived += 1
      return down ? { exhaustedAt: undefined } : 'ok'
    }
    let answer: Answer = 'ok'
    for (let n = 0; n < each.times; n++) {
      const one = call(each, at)
      if (one !== 'ok') answer = one
    }
    return answer
  }

  const lost = (answer: Answer): Answer => (loses() ? { exhaustedAt: undefined } : answer)

  const through = (foreign: readonly number[], at: number): Answer => {
    const [made, ...below] = foreign
    if (made === undefined) return lost(handle(at + 1))
    let answer: Answer = 'ok'
    for (let n = 0; n < made; n++) {
      answer = lost(through(below, at))
      if (answer === 'ok') return 'ok'
    }
    // It passes on a failure, and knows nothing of marks.
    return { exhaustedAt: undefined }
  }

  const call = (each: Hop, at: number): Answer => {
    if (each.queue) {
      // A publish that was accepted but not confirmed is published again by whoever is above.
      later.push(() => {
        for (let n = 0; n < made(each); n++) if (through(each.foreign, at) === 'ok') return
      })
      return lost('ok')
    }
    for (let n = 0; n < made(each); n++) {
      const answer = through(each.foreign, at)
      if (answer === 'ok') return 'ok'
      if (hears(each, answer)) return { exhaustedAt: each.owns ? each.deadline : undefined }
    }
    return { exhaustedAt: each.owns ? each.deadline : undefined }
  }

  handle(0)
  for (let work = later.shift(); work; work = later.shift()) work()
  return arrived
}

const made = ({ owns, attempts }: Hop): number => (owns ? attempts : 1)

/** A peer says it in a header; anybody else is heard by whoever still listens. */
function hears({ peer, attemptTimeout }: Hop, { exhaustedAt }: Failure): boolean {
  if (exhaustedAt === undefined) return false
  return peer || attemptTimeout === 'none' || attemptTimeout >= exhaustedAt
}
