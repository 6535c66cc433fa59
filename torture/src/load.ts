/**
 * Load: operations given to workers, repeated until their callers know, while workers are killed.
 *
 * A third of the operations is sent to two workers at once: duplicates meet each other, not only the dead.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { seeded } from 'truce/testing'
import type { Answer, Order } from './messages.js'
import { modesOf, type Place } from './places.js'
import type { Heard } from './verdict.js'

export interface Loaded {
  readonly heard: readonly Heard[]
  readonly kills: number
  readonly inFlightAtKills: number
}

/** At one worker at once. */
const ABREAST = 8
const SHARED = 1 / 3
/** ms between two kills, on average. */
const BETWEEN = 120
/** ms until a caller who was told to come back does. */
const AGAIN = 50

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url))

interface Worker {
  readonly process: ChildProcess
  readonly inFlight: Map<number, Order>
  ready: boolean
  dead: boolean
}

interface Operation {
  readonly mode: Order['mode']
  readonly values: Set<string>
  unknown: boolean
  /** Tries whose answer is awaited. */
  open: number
}

/** Kills so many workers, then lets every caller know. @param progress told after each kill */
export function load(
  place: Place,
  options: { readonly kills: number; readonly workers: number; readonly seed: number },
  progress: (kills: number, operations: number) => void,
): Promise<Loaded> {
  const random = seeded(options.seed)
  const modes = modesOf(place.store)
  const operations = new Map<string, Operation>()
  const repeats: Order[] = []
  const workers: Worker[] = []
  let ids = 0
  let keys = 0
  let kills = 0
  let inFlightAtKills = 0
  let timer: NodeJS.Timeout | undefined

  return new Promise((resolve, reject) => {
    for (let index = 0; index < options.workers; index++) workers.push(hire())
    plan()

    function hire(): Worker {
      const child = fork(WORKER, [JSON.stringify(place)])
      const worker: Worker = { process: child, inFlight: new Map(), ready: false, dead: false }
      child.on('message', (message) => {
        if (message === 'ready') worker.ready = true
        else heard(worker, message as Answer)
        fill()
      })
      child.on('error', reject)
      child.on('exit', (code) => {
        if (!worker.dead) reject(new Error(`a worker ended by itself with ${code}`))
      })
      return worker
    }

    function plan(): void {
      if (kills >= options.kills) return
      timer = setTimeout(kill, -Math.log(1 - random()) * BETWEEN)
    }

    function kill(): void {
      const ready = workers.filter((worker) => worker.ready)
      const victim = ready[Math.floor(random() * ready.length)]
      if (victim) {
        victim.dead = true
        victim.process.kill('SIGKILL')
        kills++
        inFlightAtKills += victim.inFlight.size
        // Their callers heard nothing, and ask again with the same key.
        for (const order of victim.inFlight.values()) repeat(order)
        workers[workers.indexOf(victim)] = hire()
        progress(kills, operations.size)
      }
      plan()
      fill()
    }

    function heard(worker: Worker, answer: Answer): void {
      const order = worker.inFlight.get(answer.id)
      if (worker.dead || !order) return // said, but nobody was there to hear it
      worker.inFlight.delete(answer.id)
      const operation = operations.get(order.key) as Operation
      if (answer.is === 'again') return void setTimeout(() => repeat(order), AGAIN)
      operation.open--
      if (answer.is === 'unknown') operation.unknown = true
      else operation.values.add(answer.value ?? '')
    }

    function repeat(order: Order): void {
      repeats.push({ ...order, id: ++ids })
      fill()
    }

    function fill(): void {
      for (const worker of workers) {
        while (worker.ready && worker.inFlight.size < ABREAST) {
          const order = repeats.shift() ?? (kills < options.kills ? fresh() : undefined)
          if (!order) break
          worker.inFlight.set(order.id, order)
          worker.process.send(order)
        }
      }
      if (kills >= options.kills && [...operations.values()].every(({ open }) => open === 0)) end()
    }

    function fresh(): Order {
      const key = `operation-${++keys}`
      const mode = modes[keys % modes.length] as Order['mode']
      const isShared = random() < SHARED
      operations.set(key, { mode, values: new Set(), unknown: false, open: isShared ? 2 : 1 })
      const order = { key, mode, before: Math.floor(random() * 20), after: Math.floor(random() * 20) }
      if (isShared) repeats.push({ ...order, id: ++ids })
      return { ...order, id: ++ids }
    }

    function end(): void {
      clearTimeout(timer)
      const told = [...operations].map(([key, { mode, values, unknown }]) => ({ key, mode, values, unknown }))
      // What they use is closed next, also what those use who are only starting.
      void Promise.all(workers.map(stop)).then(() => resolve({ heard: told, kills, inFlightAtKills }), reject)
    }
  })
}

async function stop(worker: Worker): Promise<void> {
  worker.dead = true
  worker.process.kill('SIGKILL')
  await once(worker.process, 'exit')
}
