/**
 * Places: how many requests a service works on at once, learned from what comes of it.
 *
 * Too few, and workers idle while callers are refused; too many, and requests queue inside, where nobody can
 * shed them. Latency alone cannot tell which it is: a service that has become four times slower looks like one
 * whose queue has become four times longer, and a limit that shrinks with latency starves the former (60 workers,
 * ten times slower: a gradient leaves a third of them at work, for ever). So latency proposes and
 * throughput disposes.
 *
 * A round is some 40 departures. While somebody wants each place that comes free, the limit looks around: up, and
 * if more is served (or nothing takes longer), it stays there and goes on; else it comes back. Where requests take
 * much longer than usual, it looks down: if no less is served, that was a queue, and it goes on; if less is
 * served, it comes back at once, and what was unusual is usual from now on. How many departures it takes to be sure
 * depends on how much service times vary. A round that had begun before the door was full is no measure of anything: by
 * it each look up seemed to bring something, and usual grew with it. Nothing is pinned to a minimum to measure it, so no
 * look around starves the service.
 *
 * Chosen on a queue with 1 to 540 workers, 2 ms to 1.35 s, five kinds of service times, steps in load, capacity
 * and speed, a noisy neighbour. Served in time in % of what could be, mean of all phases and worst one:
 *
 * | | mean | worst |
 * | --- | --- | --- |
 * | Vegas (Netflix), in windows of 1 s | 87 | 1 |
 * | Gradient 2 (Netflix), in windows of 1 s | 89 | 7 |
 * | the gradient of `limit.ts`, chosen for clients | 93 | 3 |
 * | **this** | **98** | **83** |
 * | as many places as workers, known from somewhere | 98 | 82 |
 *
 * @see test/admission/places-model.test.ts; D. M. Chiu, R. Jain, "Analysis of the increase and decrease algorithms" (1989)
 * @module
 */
import type { AdmissionSettings } from './settings.js'

/** What learns how many places there are. */
export interface PlaceLimit {
  /** Places: whole, at least 1. */
  readonly limit: number
  /** Places taken. */
  readonly inFlight: number
  started(): void
  /** It ended without a word about the service. */
  released(): void
  /**
   * It ended.
   *
   * @param ms     since it had its place
   * @param wanted somebody else wanted the place
   * @param wasted nobody waited for it any more: its caller had left, or its deadline had passed. A failure is an answer
   */
  ended(ms: number, wanted: boolean, now: number, wasted?: boolean): void
}

/** Its gains, found on the models. */
export const PLACES = /* @__PURE__ */ Object.freeze({
  /** Departures in a round, at the least; and ms: less is the process' own hiccup. */
  round: 40,
  least: 100,
  /** Places that somebody wanted, of those that came free, from which on the limit is what matters. */
  pressed: 0.25,
  /** … in the first such round: fewer, and it is one of before, and no measure of what can be served. */
  mixed: 0.5,
  /** A round whose verdict is in doubt goes on so many times, each time by that factor. */
  patience: 4,
  longer: 1.5,
  /** Throughput that goes this share of the way with the limit follows it. */
  follows: 0.45,
  /** … where it was never sure, on a look down: whatever is not sure goes up. */
  doubt: 0.3,
  /** Latency up to so many times the usual one is the usual one; beyond the second it may be a queue. */
  same: 1.2,
  tolerance: 2.5,
  /** From so many times on a look up is a careful one: there may be a queue already. */
  queued: 1.5,
  /** The usual latency goes this share of the way to a round's mean: down; up where half of the places are free; up otherwise. */
  down: 0.15,
  upIdle: 0.1,
  upUsed: 0.02,
  /** A look down that lost throughput: what was found is so many times the usual latency. */
  lost: 1.8,
  /** Rounds of rest before a look up. */
  rest: 2,
  /** So many looks up in vain, and one goes down, in case the usual latency is not what it was. */
  inVain: 16,
  /** A look up or down: the limit times or divided by that. */
  careful: 1.25,
  bold: 2,
  /** Where nobody waits, the limit comes down to so many times the places taken, and no further than the second. */
  room: 4,
  floor: 10,
  /**
   * More than this share of a round for nothing, and this share of the places is cut off at once.
   * A service whose usual latency is near its callers' patience wastes a tenth of its work with an empty queue, one that
   * became slow half: there fewer places win nothing.
   */
  wasted: 0.8,
  cut: 0.5,
  /** What ends within one latency of a move up began before it; ms, at most. Down, it is over when the places are given back. */
  settle: 5_000,
  /** Means and rates at rest go this share of the way. */
  step: 0.3,
  /** Squared variation of service times: at least, at most; its way up and down. */
  variation: 1,
  variationMost: 9,
  variationDown: 0.02,
  /** The mean of the first few, which found nobody before them, is the usual latency to begin with. */
  first: 4,
})

type Look = 'rest' | 'up' | 'down'

/**
 * A limit of places that follows what is served.
 *
 * @example
 * const places = new Places(ADMISSION)
 * if (places.inFlight < places.limit) places.started()
 * places.ended(35, false, 1_035)
 */
export class Places implements PlaceLimit {
  readonly #min: number
  readonly #max: number
  readonly #floor: number
  #limit: number
  #inFlight = 0
  // The round: since when (while it settles: from when on), and what ended in it.
  #from = 0
  #settling = true
  #need: number = PLACES.round
  #extended = 0
  #departures = 0
  #wanted = 0
  #sum = 0
  #squares = 0
  #peak = 0
  #wasted = 0
  #cutAt = Number.NEGATIVE_INFINITY
  // What was measured before the look around: at which limit, from how many.
  #look: Look = 'rest'
  #before = 0
  #rate = Number.NaN
  #mean = Number.NaN
  #count = 0
  // What is known of the service.
  #usual = Number.NaN
  #variation: number = PLACES.variation
  /** From the start until the first sign of a queue, or of rest: each end makes room for one more. */
  #starting = true
  /** The first ends are the shortest of their time: what they say is usual makes nobody look down before a look up. */
  #looked = false
  #rested: number = PLACES.rest
  #suspected = 0
  #vain: number = PLACES.inVain - 1
  #factor: number = PLACES.bold
  /** The last look down lost throughput. */
  #lost = false
  /** Idle rounds: what the first few say is all that is known. */
  #idles = 0
  /** There was room in the round before: what was served until each place was wanted is less than could be. */
  #mixed = false

  constructor({ limit, limitMin, limitMax }: Pick<AdmissionSettings, 'limit' | 'limitMin' | 'limitMax'>) {
    this.#min = limitMin
    this.#max = limitMax
    this.#floor = Math.min(limit, PLACES.floor)
    this.#limit = limit
  }

  get limit(): number {
    return this.#limit
  }

  get inFlight(): number {
    return this.#inFlight
  }

  started(): void {
    this.#peak = Math.max(this.#peak, ++this.#inFlight)
  }

  released(): void {
    this.#inFlight--
  }

  ended(ms: number, wanted: boolean, now: number, wasted = false): void {
    this.#inFlight--
    if (this.#settling) return this.#settle(now)
    if (this.#starting && wanted) this.#set(this.#limit + 1)
    this.#departures++
    // What had begun before the last cut is no reason for another one.
    if (wasted && now - ms >= this.#cutAt) this.#wasted++
    this.#sum += ms
    if (this.#departures === PLACES.first && this.#usual !== this.#usual) this.#usual = this.#sum / PLACES.first
    this.#squares += ms * ms
    if (wanted) this.#wanted++
    const full = this.#departures >= this.#need && this.#departures * 2 >= this.#limit
    if (full && now - this.#from >= PLACES.least) this.#round(now)
  }

  #settle(now: number): void {
    if (now < this.#from || this.#inFlight > this.#limit) return
    this.#settling = false
    this.#from = now
  }

  #round(now: number): void {
    const count = this.#departures
    const mean = this.#sum / count
    const rate = count / (now - this.#from)
    const { limit } = this
    const pressed = this.#wanted >= PLACES.pressed * count
    if (this.#wasted > PLACES.wasted * count) this.#cutWaste(now)
    else if (!pressed) this.#idle(mean)
    else if (this.#look === 'rest') this.#rests(mean, rate, count)
    else if (!this.#judged(mean, rate, count)) {
      this.#extended++
      this.#need = count * PLACES.longer
      return
    }
    if (this.#look === 'rest') this.#learnVariation(this.#squares / count / (mean * mean) - 1)
    this.#departures = this.#wasted = this.#wanted = this.#sum = this.#squares = this.#extended = 0
    this.#need = PLACES.round
    this.#peak = this.#inFlight
    this.#from = now
    if (this.#limit === limit) return
    this.#settling = true
    this.#from = this.#limit < limit ? now : now + Math.min(PLACES.settle, mean)
  }

  /** Too many are inside: their callers leave before they are done, and the work is for nobody. */
  #cutWaste(now: number): void {
    this.#cutAt = now
    this.#starting = false
    this.#rest(Number.NaN, Number.NaN, 0)
    this.#set(Math.min(this.#limit, Math.max(this.#floor, Math.floor(this.#limit * PLACES.cut))))
  }

  /** There was room for all: what a request takes now is the usual latency. */
  #idle(mean: number): void {
    this.#starting = false
    this.#looked = true
    const used = this.#peak * 2 >= this.#limit ? PLACES.upUsed : PLACES.upIdle
    const up = this.#wanted > 0 ? 0 : Math.max(used, 1 / ++this.#idles)
    this.#usual += (mean - this.#usual) * (mean < this.#usual ? Math.max(PLACES.down, up) : up)
    this.#mixed = true
    this.#rest(Number.NaN, Number.NaN, 0)
    this.#rested = PLACES.rest
    // What nobody asks for is not known to be there.
    this.#set(Math.min(this.#limit, Math.max(this.#floor, PLACES.room * this.#peak)))
  }

  /** Nothing was moved. Is it time to? */
  #rests(mean: number, rate: number, count: number): void {
    if (this.#starting && mean <= PLACES.same * this.#usual) return
    this.#starting = false
    const mixed = this.#mixed && this.#wanted < PLACES.mixed * count
    this.#mixed = false
    if (mixed) return
    this.#mean = this.#mean === this.#mean ? this.#mean + PLACES.step * (mean - this.#mean) : mean
    this.#rate = this.#rate === this.#rate ? this.#rate + PLACES.step * (rate - this.#rate) : rate
    this.#count = Math.min(4 * PLACES.round, this.#count + count)
    if (mean < this.#usual) this.#usual += (mean - this.#usual) * PLACES.down
    this.#suspected = mean > PLACES.tolerance * this.#usual ? this.#suspected + 1 : 0
    if (this.#suspected > 1 && this.#looked && this.#limit > this.#min) {
      // What was there before the change is nothing to compare with.
      this.#measured(mean, rate, count)
      this.#move('down', PLACES.bold)
    } else if ((this.#suspected === 0 || !this.#looked) && this.#rested++ >= PLACES.rest) {
      const looksDown = this.#vain >= PLACES.inVain && this.#limit > this.#min && mean > PLACES.same * this.#usual
      if (looksDown) this.#move('down', PLACES.careful)
      else this.#move('up', mean > PLACES.queued * this.#usual ? PLACES.careful : this.#factor)
    }
  }

  /** What came of the look around? @returns whether that is sure */
  #judged(mean: number, rate: number, count: number): boolean {
    const step = this.#limit / this.#before - 1
    const gain = (rate / this.#rate - 1) / step
    const error = Math.sqrt(this.#variation * (1 / count + 1 / this.#count)) / Math.abs(step)
    const last = this.#extended >= PLACES.patience
    const same = this.#look === 'up' && mean <= PLACES.same * this.#usual
    if (!same && !last && Math.abs(gain - PLACES.follows) < error) return false
    if (this.#look === 'up') this.#wentUp(same || gain >= PLACES.follows, mean, rate, count)
    else this.#wentDown(gain < (last ? PLACES.doubt : PLACES.follows), mean, rate, count)
    return true
  }

  #wentUp(well: boolean, mean: number, rate: number, count: number): void {
    this.#looked = true
    if (!well) {
      this.#vain++
      this.#factor = PLACES.careful
      return this.#comeBack()
    }
    this.#vain = 0
    this.#usual = Math.max(this.#usual, mean / PLACES.lost)
    this.#factor = Math.min(PLACES.bold, this.#factor * this.#factor)
    this.#measured(mean, rate, count)
    this.#move('up', this.#factor)
  }

  #wentDown(well: boolean, mean: number, rate: number, count: number): void {
    const inVain = this.#vain >= PLACES.inVain
    this.#vain = 0
    if (!well) {
      this.#usual = Math.max(this.#usual, this.#lost ? this.#mean : this.#mean / PLACES.lost)
      this.#lost = true
      return this.#comeBack()
    }
    this.#lost = false
    this.#usual = Math.min(this.#usual, mean)
    this.#measured(mean, rate, count)
    if (mean > PLACES.tolerance * this.#usual) return this.#move('down', PLACES.bold)
    this.#rest(mean, rate, count)
    // There was a queue that nobody suspected: is there more of it?
    if (inVain) this.#vain = PLACES.inVain
  }

  #move(look: 'up' | 'down', factor: number): void {
    this.#look = look
    this.#before = this.#limit
    this.#set(look === 'up' ? Math.ceil(this.#limit * factor) : Math.floor(this.#limit / factor))
    if (this.#limit === this.#before) this.#rest(this.#mean, this.#rate, this.#count)
  }

  #comeBack(): void {
    this.#limit = this.#before
    this.#rest(this.#mean, this.#rate, this.#count)
  }

  #rest(mean: number, rate: number, count: number): void {
    this.#look = 'rest'
    this.#measured(mean, rate, count)
    this.#rested = 0
    this.#suspected = 0
  }

  #measured(mean: number, rate: number, count: number): void {
    this.#mean = mean
    this.#rate = rate
    this.#count = count
  }

  /** Quickly up, slowly down: behind a queue inside, all requests take about as long. */
  #learnVariation(seen: number): void {
    const most = Math.min(PLACES.variationMost, seen)
    const share = most > this.#variation ? PLACES.step : PLACES.variationDown
    this.#variation = Math.max(PLACES.variation, this.#variation + share * (most - this.#variation))
  }

  #set(limit: number): void {
    this.#limit = Math.min(this.#max, Math.max(this.#min, limit))
  }
}
