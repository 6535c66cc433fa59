/**
 * Fair share: who has had more of the service than the others.
 *
 * One caller in a loop takes the places of all: first come, first served is proportional to who asks most. Each caller
 * has an account of the work done for it lately. One that is above the mean of those who ask is *greedy*: it gets what
 * the others leave. So each gets its fair share where it asks for that much, and what nobody else wants besides.
 *
 * Names may come from a field that anybody can write: so many are known at most, the rest share one account. So do names
 * that were first heard in this epoch: whoever takes a new one for each request is one stranger, not a thousand callers.
 *
 * @module
 */

/** Callers with an account of their own. */
const MOST = 1_000
/** Work counts for the epoch it falls into and the next one, ms. */
const EPOCH = 5_000
/** Names kept that have no account yet. */
const HEARD = 10_000
/** Above the mean by that factor: two that ask the same are never exactly equal. */
const SLACK = 1.1
/** Accounts looked at for an idle one when a new name comes and all are taken. */
const SWEEP = 4
/** Of strangers, of names first heard in this epoch, and of those beyond the number. */
const STRANGERS = 0

/** Accounts of callers, by number; `0` is the strangers'. */
export class FairShare {
  readonly #numbers = new Map<string, number>()
  readonly #names: (string | undefined)[] = [undefined]
  /** Without an account: heard in this epoch for the first time, and before it. */
  #heard = new Set<string>()
  #heardBefore = new Set<string>()
  readonly #now: number[] = [0]
  readonly #before: number[] = [0]
  /** Epoch of the last charge. */
  readonly #epochs: number[] = [-2]
  #epoch = -2
  #ends = Number.NEGATIVE_INFINITY
  #total = 0
  #totalBefore = 0
  #active = 0
  #activeBefore = 0
  #hand = 0

  /** How many have an account. */
  get size(): number {
    return this.#names.length
  }

  account(caller: string | undefined, now: number): number {
    if (caller === undefined) return STRANGERS
    return this.#numbers.get(caller) ?? this.#hear(caller, now)
  }

  /** Work is done for it; less than nothing gives back. */
  charge(account: number, ms: number, now: number): void {
    this.#turn(now)
    this.#renew(account)
    const had = this.#now[account] as number
    // What is given back may have been charged in the epoch before.
    const has = Math.max(0, had + ms)
    this.#now[account] = has
    this.#total += has - had
  }

  /** Has it had more than the others, of the time in which it asked? */
  greedy(account: number, now: number): boolean {
    this.#turn(now)
    if (this.#active < 2 && this.#activeBefore < 2) return false
    const behind = this.#epoch - (this.#epochs[account] as number)
    if (behind > 1) return false
    const latest = this.#now[account] as number
    const before = behind === 1 ? latest : (this.#before[account] as number)
    const used = behind === 1 ? before : latest + before
    const fair = mean(this.#total, this.#active) + (before > 0 ? mean(this.#totalBefore, this.#activeBefore) : 0)
    return used > SLACK * fair
  }

  #turn(now: number): void {
    if (now < this.#ends) return
    const epoch = Math.floor(now / EPOCH)
    const next = epoch === this.#epoch + 1
    this.#totalBefore = next ? this.#total : 0
    this.#activeBefore = next ? this.#active : 0
    this.#total = 0
    this.#active = 0
    this.#epoch = epoch
    this.#remember()
    this.#ends = (epoch + 1) * EPOCH
  }

  /** Moves an account on to this epoch. */
  #renew(account: number): void {
    const behind = this.#epoch - (this.#epochs[account] as number)
    if (behind === 0) return
    this.#before[account] = behind === 1 ? (this.#now[account] as number) : 0
    this.#now[account] = 0
    this.#epochs[account] = this.#epoch
    this.#active++
  }

  /** Known are those with an account. */
  #hear(caller: string, now: number): number {
    this.#turn(now)
    if (this.#heardBefore.has(caller)) return this.#open(caller)
    if (this.#heard.size < HEARD) this.#heard.add(caller)
    return STRANGERS
  }

  #remember(): void {
    if (this.#heard.size === 0) return
    if (this.#heardBefore.size + this.#heard.size > HEARD) {
      // A flood of names: only those of the epoch before are kept, at the cost of none.
      this.#heardBefore = this.#heard
      this.#heard = new Set()
      return
    }
    for (const name of this.#heard) this.#heardBefore.add(name)
    this.#heard.clear()
  }

  #open(caller: string): number {
    const account = this.#names.length <= MOST ? this.#names.length : this.#idle()
    if (account === STRANGERS) return STRANGERS
    const old = this.#names[account]
    if (old !== undefined) {
      this.#numbers.delete(old)
      this.#heardBefore.add(old)
    }
    this.#heardBefore.delete(caller)
    this.#numbers.set(caller, account)
    this.#names[account] = caller
    this.#now[account] = this.#before[account] = 0
    this.#epochs[account] = this.#epoch - 2
    return account
  }

  /** An account that nobody used lately, or the strangers'. */
  #idle(): number {
    for (let look = 0; look < SWEEP; look++) {
      this.#hand = (this.#hand % MOST) + 1
      if (this.#epoch - (this.#epochs[this.#hand] as number) > 1) return this.#hand
    }
    return STRANGERS
  }
}

function mean(total: number, count: number): number {
  return count > 0 ? total / count : 0
}
