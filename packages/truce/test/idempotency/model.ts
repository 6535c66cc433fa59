/**
 * Model: random orders of commands go to the store and to the functions of the record, and both must say
 * the same.
 *
 * The model has a clock of its own that moves by a step a command. What is to end ends after one ms of
 * the store's clock, and is waited for by asking the store; nothing else ends while a test lives. So both
 * clocks order all moments alike, and times are compared by what they stand for.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  abandon,
  begin,
  type Begun,
  complete,
  type Found,
  type Held,
  type IdempotencyRecord,
  look,
  note,
  renew,
  type Step,
} from '../../src/policy/idempotency/record.js'
import { BRIEF, claimOf, isGranted, LONG, lookUntil, newScope, type Subject } from './at-hand.js'

/** ms on the model's clock: longer than what is brief, shorter than anything else. */
const AFTER_BRIEF = 10
/** ms. No test takes so long; nothing that is compared differs by less. */
const SOON = 600_000

const key = fc.constantFrom(0 as const, 1 as const)
const ms = fc.constantFrom(BRIEF, LONG, LONG, 3 * LONG)
/** One of the fences that were given, the latest first, or one that never was. */
const anyFence = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: -1, max: 3 }) },
)

const anyCommand = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('begin' as const),
      key,
      fingerprint: fc.constantFrom('payload', 'payload', 'payload', 'other'),
      mode: fc.constantFrom('transaction' as const, 'derived-key' as const, 'at-most-once' as const),
      run: fc.constantFrom('a', 'b', 'c'),
      lease: ms,
      ttl: ms,
      reconcile: fc.boolean(),
      age: fc.constantFrom(undefined, undefined, 0, 10 * LONG),
      born: fc.constantFrom(undefined, undefined, -LONG / 2, -10 * LONG),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('renew' as const), key, fence: anyFence, lease: ms }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('note' as const),
      key,
      fence: anyFence,
      lease: ms,
      name: fc.constantFrom('charge', 'mail'),
      result: fc.string({ unit: 'grapheme', maxLength: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('complete' as const),
      key,
      fence: anyFence,
      outcome: fc.string({ unit: 'grapheme', maxLength: 5 }),
      ttl: ms,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('abandon' as const),
      key,
      fence: anyFence,
      as: fc.constantFrom('free' as const, 'forget' as const, 'unknown' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reap' as const), key }) },
)

type Command = typeof anyCommand extends fc.Arbitrary<infer Value> ? Value : never
type Answer = Begun | Held | Found

/** One key: what the model holds of it, and what of the store's stands for what of the model's. */
class Key {
  readonly scope = newScope()
  record: IdempotencyRecord | undefined
  /** Given by the model, latest first, with the store's own. */
  readonly fences: { readonly model: number; readonly store: number }[] = []
  readonly #created = new Map<number, number>()

  /** @param back how many claims ago it was given; -1: never */
  given(back: number): { readonly model: number; readonly store: number } {
    return this.fences[back] ?? { model: 1, store: 1 }
  }

  /** Does the store say what the model says? */
  agrees(store: Answer, model: Answer): boolean {
    if (store.is !== model.is) return false
    if (store.is === 'lost' && model.is === 'lost') return this.agrees(store.found, model.found)
    if (store.is === 'unknown' && model.is === 'unknown') return this.#isCreated(store.created, model.created)
    if (store.is === 'running' && model.is === 'running') {
      const ended = store.left === 0 && model.left === 0
      const runs = store.left > 0 && model.left > 0 && Math.abs(store.left - model.left) < SOON
      return this.#isFence(store.fence, model.fence) && (ended || runs) && this.#isCreated(store.created, model.created)
    }
    if (store.is === 'completed' && model.is === 'completed') {
      return (
        this.#isFence(store.fence, model.fence) &&
        store.run === model.run &&
        store.outcome === model.outcome &&
        this.#isCreated(store.created, model.created) &&
        Math.abs(store.expires - store.settled - (model.expires - model.settled)) < 1 &&
        store.settled >= store.created - 1 &&
        store.now >= store.settled - 1 &&
        store.now < store.expires
      )
    }
    if (store.is === 'granted' && model.is === 'granted') {
      return (
        this.#isNewOrSame(store.fence, model.fence) &&
        store.takeover === model.takeover &&
        store.reconcile === model.reconcile &&
        isDeepStrictEqual(store.points, model.points) &&
        this.#isCreated(store.created, model.created)
      )
    }
    return true
  }

  #isFence(store: number, model: number): boolean {
    return this.fences.some((given) => given.store === store && given.model === model)
  }

  #isNewOrSame(store: number, model: number): boolean {
    if (this.#isFence(store, model)) return true
    const last = this.fences[0]
    if (last && (store <= last.store || model <= last.model)) return false
    this.fences.unshift({ store, model })
    return true
  }

  /** The same moment each time, but for what is lost of a fraction. */
  #isCreated(store: number, model: number): boolean {
    const first = this.#created.get(model)
    if (first === undefined) this.#created.set(model, store)
    return first === undefined || Math.abs(store - first) < 1
  }
}

type Store = Subject['store']

/** Gives the command to both. */
async function both(
  store: Store,
  held: Key,
  command: Exclude<Command, { do: 'reap' }>,
  now: number,
  storeNow: number,
): Promise<{ said: Begun | Held; step: Step<Begun | Held> }> {
  const { scope, record } = held
  if (command.do === 'begin') {
    const born = (of: number) => (command.born === undefined ? undefined : of + command.born)
    const said = await store.begin(scope, { ...command, born: born(storeNow) })
    return { said, step: begin(record, { ...command, born: born(now) }, now) }
  }
  const fence = held.given(command.fence)
  const [mine, its] = [
    { ...command, fence: fence.model },
    { ...command, fence: fence.store },
  ]
  if (mine.do === 'renew' && its.do === 'renew') {
    return { said: await store.renew(scope, its), step: renew(record, mine, now) }
  }
  if (mine.do === 'note' && its.do === 'note') {
    return { said: await store.note(scope, its), step: note(record, mine, now) }
  }
  if (mine.do === 'complete' && its.do === 'complete') {
    return { said: await store.complete(scope, its), step: complete(record, mine, now) }
  }
  if (mine.do === 'abandon' && its.do === 'abandon') {
    return { said: await store.abandon(scope, its), step: abandon(record, mine, now) }
  }
  throw new Error(`no such command: ${command.do}`)
}

function isBrief(command: Command): boolean {
  return ('lease' in command && command.lease === BRIEF) || ('ttl' in command && command.ttl === BRIEF)
}

/** @returns where the store and the model part */
async function difference(store: Store, commands: readonly Command[], storeNow: number): Promise<string | undefined> {
  const keys = [new Key(), new Key()] as const
  let now = 1_000_000
  for (const command of commands) {
    now++
    const held = keys[command.key]
    if (command.do === 'reap') {
      while ((await store.reap(1_000)) > 0);
      for (const each of keys) if (look(each.record, now).is === 'absent') each.record = undefined
      continue
    }
    const { said, step } = await both(store, held, command, now, storeNow)
    // What ran out may be deleted by then: its holder is told so, instead of being believed.
    const ranOut = step.answer.is === 'kept' && look(held.record, now).is === 'absent'
    if (ranOut && said.is === 'lost' && said.found.is === 'absent') held.record = undefined
    else {
      if (!held.agrees(said, step.answer)) {
        return `${JSON.stringify(command)}: it says ${JSON.stringify(said)}, not ${JSON.stringify(step.answer)}`
      }
      held.record = step.record
    }
    if (isBrief(command)) now += AFTER_BRIEF
    const expected = look(held.record, now)
    if (isBrief(command)) await lookUntil(store, held.scope, (found) => held.agrees(found, expected))
    const found = await store.look(held.scope)
    if (!held.agrees(found, expected)) {
      expect.fail(`after ${JSON.stringify(command)} it finds ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`)
    }
  }
}

export function besideTheModel(subject: () => Subject): void {
  test('random orders of commands are answered as the record says', { timeout: 120_000 }, async () => {
    const { store } = subject()
    const { created: storeNow } = isGranted(await store.begin(newScope(), claimOf()))
    const commands = fc.array(anyCommand, { minLength: 1, maxLength: 30, size: 'max' })
    await fc.assert(
      fc.asyncProperty(commands, async (order) => {
        expect(await difference(store, order, storeNow)).toBeUndefined()
      }),
      { numRuns: 100, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true },
    )
  })
}
