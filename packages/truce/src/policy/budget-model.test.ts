/**
 * The budget against a slow model that keeps every event in a list, and against its direct laws.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Budget, type BudgetSettings, type Payment } from './budget.js'

interface Paid {
  readonly payment: Payment
  readonly at: number
}

/** The rules of the budget read literally: everything is counted anew at each question. */
class Ledger {
  originals: number[] = []
  firstSuccesses: number[] = []
  retries: Paid[] = []
  tokens: number
  floorTokens: number
  least: number
  #clock = 0

  constructor(readonly settings: BudgetSettings) {
    this.least = settings.least
    this.tokens = settings.least
    this.floorTokens = Math.max(1, settings.floor)
  }

  /** Windows are ten buckets; the one that `now` falls into is the last. */
  static within(events: readonly number[], now: number, bucket: number): number {
    return events.filter((at) => Math.floor(at / bucket) > Math.floor(now / bucket) - 10).length
  }

  get paidAt(): number[] {
    return this.retries.map((retry) => retry.at)
  }

  capacity(now: number): number {
    const successes = Ledger.within(this.firstSuccesses, now, 1_000)
    return Math.min(100, Math.max(this.least, Math.floor(successes + 3 * Math.sqrt(successes)) / 10))
  }

  ceiling(now: number): number {
    return Math.max(this.least, this.settings.ratio * Ledger.within(this.originals, now, 1_000))
  }

  /** Time passes: the allowance grows, and what traffic no longer earns is gone. */
  tick(now: number): void {
    this.floorTokens = Math.min(
      Math.max(1, this.settings.floor),
      this.floorTokens + ((now - this.#clock) * this.settings.floor) / 1_000,
    )
    this.#clock = now
    this.tokens = Math.min(this.tokens, this.capacity(now))
  }

  deposit(now: number): void {
    this.firstSuccesses.push(now)
    this.tokens = tenths(Math.min(this.capacity(now), this.tokens + (this.settings.deposit ?? 0.4)))
  }

  pay(now: number): Payment {
    // `max` below one a second: one in the span in which it allows one.
    const { max } = this.settings
    if (Ledger.within(this.paidAt, now, 100 * Math.max(1, 1 / max)) >= Math.max(1, max)) return 0
    let payment: Payment = 0
    if (this.tokens >= 1 && Ledger.within(this.paidAt, now, 1_000) + 1 <= this.ceiling(now)) {
      this.tokens = tenths(this.tokens - 1)
      payment = 1
    } else if (this.settings.floor > 0 && this.floorTokens >= 1) {
      this.floorTokens -= 1
      payment = 2
    }
    if (payment !== 0) this.retries.push({ payment, at: now })
    return payment
  }

  giveBack({ payment, at }: Paid, now: number): void {
    const index = this.retries.findIndex((retry) => retry.at === at && retry.payment === payment)
    if (index >= 0) this.retries.splice(index, 1)
    if (payment === 1) this.tokens = tenths(Math.min(this.capacity(now), this.tokens + 1))
    else this.floorTokens = Math.min(Math.max(1, this.settings.floor), this.floorTokens + 1)
  }

  admit(attempts: number): void {
    if (!this.settings.growLeast || attempts - 1 <= this.least) return
    this.tokens = tenths(this.tokens + attempts - 1 - this.least)
    this.least = attempts - 1
  }
}

/** Five deposits of 0.4 make two retries, exactly. */
const tenths = (retries: number) => Math.round(retries * 10) / 10

const settings: fc.Arbitrary<BudgetSettings> = fc.record({
  ratio: fc.constantFrom(0.1, 0.2, 0.5, 1, 2),
  max: fc.constantFrom(0.2, 1, 2, 5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  floor: fc.constantFrom(0, 0, 0.5, 1, 4),
  least: fc.constantFrom(0, 1, 2, 10, 100),
  growLeast: fc.boolean(),
  deposit: fc.constantFrom(0.4, 0.8),
})

const step = fc.record({
  act: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('call', 'call', 'original', 'pay', 'pay', 'refund', 'takeBack') },
    { weight: 1, arbitrary: fc.constant('admit') },
  ),
  // Multiples of 125 ms: the floor's allowance is then exact, however it is added up.
  pause: fc
    .oneof({ weight: 5, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(100) })
    .map((units) => units * 125),
  many: fc.integer({ min: 1, max: 12 }),
  which: fc.nat(),
})

describe('budget, against a model', () => {
  it('pays, refuses and holds what the rules say under any interleaving with time', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 60, size: 'max' }), (rules, steps) => {
        const budget = new Budget(rules)
        const ledger = new Ledger(rules)
        const open: Paid[] = []
        let now = 0
        for (const { act, pause, many, which } of steps) {
          now += pause
          ledger.tick(now)
          for (let n = 0; n < many; n++) {
            if (act === 'call' || act === 'original') {
              budget.original(now)
              ledger.originals.push(now)
            }
            if (act === 'call') {
              budget.deposit(now)
              ledger.deposit(now)
            }
            if (act === 'pay') {
              const payment = budget.pay(now)
              expect(payment).toBe(ledger.pay(now))
              if (payment !== 0) open.push({ payment, at: now })
            }
          }
          if (act === 'admit') {
            budget.admit(many)
            ledger.admit(many)
            ledger.tick(now)
          }
          const paid =
            act === 'refund' || act === 'takeBack' ? open.splice(which % (open.length || 1), 1)[0] : undefined
          if (paid && act === 'refund') {
            budget.refund(paid.payment, now)
            if (paid.payment === 1) ledger.tokens = Math.min(ledger.capacity(now), ledger.tokens + 1)
          } else if (paid) {
            budget.takeBack(paid.payment, paid.at, now)
            ledger.giveBack(paid, now)
          }
          expect(ledger.tokens).toBeGreaterThanOrEqual(0)
          expect(ledger.tokens).toBeLessThanOrEqual(ledger.capacity(now))
        }
        // What is left is what can be spent, one by one.
        const left = budget.remaining(now)
        let spent = 0
        while (budget.pay(now) !== 0) spent++
        expect(spent).toBe(left)
      }),
      { numRuns: 200 },
    )
  })

  // Successes are only counted, and entered when somebody asks; a share passes on what it cannot hold.
  it('holds the same whether or not anybody asked in between, parts and parent included', () => {
    const classes = fc.constantFrom({}, { a: 0.3 }, { a: 0.2, b: 0.29 }, { a: 0.5, b: 0.25, c: 0.2 })
    const within = settings.chain((own) =>
      fc.record({ classes, above: fc.option(settings) }).map(({ above, classes: shares }) => () => {
        const parent = above ? new Budget({ ...above, classes: shares }) : null
        return new Budget({ ...own, classes: shares, parent })
      }),
    )
    const trafficClass = fc.constantFrom(undefined, 'a', 'b', 'c')
    const asked = fc.array(fc.tuple(step, trafficClass), { maxLength: 40, size: 'max' })
    fc.assert(
      fc.property(within, asked, (make, steps) => {
        const unasked = make()
        const budget = make()
        const open: Paid[] = []
        let now = 0
        for (const [{ act, pause, many, which }, from] of steps) {
          now += pause
          for (let n = 0; n < many * 3; n++) {
            for (const each of [unasked, budget]) {
              if (act === 'call' || act === 'original') each.original(now)
              if (act === 'call') each.deposit(now)
            }
            budget.remaining(now)
            if (act !== 'pay') continue
            const payment = budget.pay(now, from)
            expect(unasked.pay(now, from)).toBe(payment)
            if (payment !== 0) open.push({ payment, at: now })
          }
          if (act === 'admit') for (const each of [unasked, budget]) each.admit(many)
          const paid =
            act === 'refund' || act === 'takeBack' ? open.splice(which % (open.length || 1), 1)[0] : undefined
          for (const each of paid ? [unasked, budget] : []) {
            if (act === 'refund') each.refund((paid as Paid).payment, now)
            else each.takeBack((paid as Paid).payment, (paid as Paid).at, now)
          }
        }
        // What each part holds is what it can spend, one by one.
        for (const from of ['a', 'b', 'c', undefined]) {
          for (let payment = -1; payment !== 0;) {
            payment = budget.pay(now, from)
            expect(unasked.pay(now, from)).toBe(payment)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  // A window of ten buckets covers between nine and ten seconds. So the promise is: retries of any 9 s
  // are bounded by the originals of the 10 s that end with them; of any 0.9 s, by `max`.
  it('keeps its ceilings: ratio, max, and the floor above both bucket and ratio', () => {
    const pauses = fc.oneof(fc.nat(50), fc.nat(3_000))
    fc.assert(
      fc.property(
        settings,
        fc.array(fc.tuple(pauses, fc.constantFrom('ok', 'fails', 'fails')), { maxLength: 100, size: 'max' }),
        (rules, calls) => {
          const budget = new Budget(rules)
          const originals: number[] = []
          const paid: Paid[] = []
          let now = 0
          for (const [pause, outcome] of calls) {
            now += pause
            budget.original(now)
            originals.push(now)
            if (outcome === 'ok') {
              budget.deposit(now)
              continue
            }
            const payment = budget.pay(now)
            if (payment === 0) continue
            paid.push({ payment, at: now })
            const since = (ms: number, at: readonly number[]) => at.filter((time) => time > now - ms).length
            const all = paid.map(({ at }) => at)
            const fromFloor = paid.filter((retry) => retry.payment === 2).map(({ at }) => at)
            if (payment === 1) {
              const ceiling = Math.max(rules.least, rules.ratio * since(10_000, originals))
              expect(since(9_000, all)).toBeLessThanOrEqual(ceiling)
            }
            expect(since(900 * Math.max(1, 1 / rules.max), all)).toBeLessThanOrEqual(Math.max(1, rules.max))
            expect(since(10_000, fromFloor)).toBeLessThanOrEqual(Math.max(1, rules.floor) + 10 * rules.floor)
          }
        },
      ),
    )
  })
})
