/**
 * Canonical: one short text for all worlds that differ only in who plays which part.
 *
 * Workers are sorted by what they look like without names, and then named by their place. Parts that are
 * equal share a number, so that a state that was met takes some forty bytes.
 *
 * @module
 */
import type { Run } from '../../../src/policy/idempotency/run.js'
import { nameOf, type Worker, type World } from './world.js'

export class Canon {
  readonly #numbers = new Map<string, number>()
  readonly #texts = new WeakMap<object, string>()
  readonly #shapes = new WeakMap<Worker, number>()
  readonly #named = new WeakMap<object, Map<string, number>>()

  key(world: World): string {
    const order = this.#order(world)
    const places = order.map((index, place) => [index, place] as const).toSorted(([a], [b]) => a - b)
    const naming = places.map(([, place]) => place).join('')
    const identity = order.every((index, place) => index === place)
    const part = (value: object): number => this.#number(value, naming, identity)
    const { records, session, late, left } = world
    let text = `${world.now}.${left.crashes}.${left.time}.${left.faults}.${left.upsets}.${left.partings}`
    for (const index of order) text += `,${part(world.workers.at(index) as Worker)}`
    for (const record of records) text += `,${record ? part(record) : ''}`
    text += `,${session ? part(session) : ''},`
    text += late
      .map((each) => part(each))
      .toSorted((a, b) => a - b)
      .join('.')
    const { effects, zombie, effectFence, called, result, fence, fenced } = world
    const rest = `${effects.join()};${zombie};${effectFence};${called.join()};${result};${fence};${fenced}`
    return `${text},${this.#intern(identity ? rest : rename(rest, naming))}`
  }

  /** Who comes first is a matter of looks; between those that look alike, of who is spoken of. */
  #order(world: World): number[] {
    const { records, session, fenced, effects } = world
    const ranks = world.workers.map((worker) => {
      const { name } = worker
      const spoken =
        (records.some((record) => record?.run === name) ? 1 : 0) +
        (session?.by === name ? 2 : 0) +
        (fenced === name ? 4 : 0) +
        (effects[0] === name ? 8 : 0) +
        (world.result?.endsWith(name) ? 16 : 0)
      return this.#shape(worker) * 32 + spoken
    })
    return world.workers.map((_, index) => index).toSorted((a, b) => (ranks.at(a) ?? 0) - (ranks.at(b) ?? 0))
  }

  #shape(worker: Worker): number {
    const known = this.#shapes.get(worker)
    if (known !== undefined) return known
    const number = this.#intern(this.#text(worker).replaceAll(worker.name, '*').replace(/[À-Ä]/g, '?'))
    this.#shapes.set(worker, number)
    return number
  }

  #number(value: object, naming: string, identity: boolean): number {
    let named = this.#named.get(value)
    if (named === undefined) this.#named.set(value, (named = new Map()))
    const known = named.get(naming)
    if (known !== undefined) return known
    const text = this.#text(value)
    const number = this.#intern(identity ? text : rename(text, naming))
    named.set(naming, number)
    return number
  }

  #text(value: object): string {
    const known = this.#texts.get(value)
    if (known !== undefined) return known
    const text = 'doing' in value ? this.#worker(value as Worker) : JSON.stringify(value)
    this.#texts.set(value, text)
    return text
  }

  /** Its parts are often those that it had a move ago. */
  #worker({ run, doing, inbox, handler, beat, ...rest }: Worker): string {
    const parts = [doing, inbox, handler, beat].map((part) => part && this.#text(part))
    return `${JSON.stringify(rest)}${run && this.#run(run)}${parts.join()}`
  }

  /** All runs of a scenario have the same rules, but for their names. */
  #run(run: Run): string {
    const known = this.#texts.get(run)
    if (known !== undefined) return known
    const text = JSON.stringify({ ...run, rules: run.rules.run })
    this.#texts.set(run, text)
    return text
  }

  #intern(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#numbers.size)
    return this.#numbers.size - 1
  }
}

function rename(text: string, naming: string): string {
  return text.replace(/[À-Ä]/g, (name) => nameOf(Number(naming[name.charCodeAt(0) - 0xc0])))
}
