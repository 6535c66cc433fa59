/**
 * Agenda: what happens when. The earliest first, of one instant in the order in which it was put there.
 *
 * One heap of all that is pending misses the cache at every level once there are hundreds of thousands. So the near
 * future lies in slots of time, each an unsorted chain; the slot whose time has come is sorted into a run that stays
 * in the cache, while the chains of the next ones are fetched; what is further away than all slots waits in a heap of
 * its own. The width of a slot follows the traffic, and changes nothing but the speed: the order is (time, turn)
 * whatever the width.
 *
 * @see R. Brown, "Calendar Queues" (1988); W. T. Tang, R. S. M. Goh, I. L.-J. Thng, "Ladder queue" (2005)
 * @module
 */
import { grown, Heap } from './heap.js'

/** All slots together hold so many times as many events as are pending, where all are as full: few are beyond them. */
const COVER = 8
const FEWEST_SLOTS = 1_024
const MOST_SLOTS = 2 ** 22
const NONE = -1
/** So many events in a slot are about right: few, and sorting them costs next to nothing … */
const SPARSE = 2
/** … more, where the slots would be too many for the cache, and each event would wait for memory twice. */
const CROWDED = 16
const MANY = 50_000
/** So many are sorted as they come. Of more, sorting would cost the square of it. */
const RUN = 64
/** The width is looked at after so many events, and sooner in the beginning, when nothing is known of the traffic. */
const REVIEW = 65_536
const FIRST_REVIEW = 1_024
/** Of a node: time (the first float), what and next (whole numbers, in the second), turn. What sorting reads is side by side. */
const FLOATS = 3
const WORDS = 6
const WHAT = 2
const NEXT = 3
const TURN = 2
/** So many slots to come are fetched from memory side by side, so many nodes of each at a time. */
const LANES = 8
const STRIDE = 4

export class Agenda {
  /** The instant of the event taken last. */
  now = 0
  /** Its place in the order of that instant. */
  turn = 0
  /** Events taken so far. */
  taken = 0
  #turns = 0
  #size = 0
  /** Of the slot that has come, sorted, the first one last. */
  readonly #runTimes = new Float64Array(RUN)
  readonly #runTurns = new Float64Array(RUN)
  readonly #runWhats = new Int32Array(RUN)
  #runSize = 0
  /** Of events that were added to it since, or were more than a run has room for. */
  readonly #near = new Heap()
  /** Of events beyond the slots. */
  readonly #far = new Heap()
  #floats = new Float64Array(1_024 * FLOATS)
  #words = new Int32Array(this.#floats.buffer)
  #free = NONE
  #used = 0
  #heads = new Int32Array(FEWEST_SLOTS).fill(NONE)
  #mask = FEWEST_SLOTS - 1
  #inSlots = 0
  #width = 1
  /** Number of the slot that was taken last, counted from time 0; all before it is in the near heap. */
  #slot = 0
  /** How far the chains of the slots to come have been fetched. */
  readonly #lanes = new Int32Array(LANES).fill(NONE)
  #crowd = SPARSE
  /** Events between two reviews. */
  #interval = FIRST_REVIEW
  #reviewAt = FIRST_REVIEW
  #reviewedAt = 0

  get size(): number {
    return this.#size
  }

  /** @param time not before `now` @param what a whole number of 32 bits */
  add(time: number, what: number): void {
    this.addInTurn(time, this.#turns++, what)
  }

  /** A place in the order of an instant, for something that is put there later: `addInTurn`. */
  reserve(): number {
    return this.#turns++
  }

  addInTurn(time: number, turn: number, what: number): void {
    this.#size++
    this.#place(this.#nodeOf(time, turn, what))
  }

  /**
   * Takes the next event: `now` is its instant.
   *
   * @param latest one that is later stays
   * @returns what, or −1 where nothing is left until then
   */
  take(latest = Number.POSITIVE_INFINITY): number {
    if (this.#runSize === 0 && this.#near.size === 0 && !this.#advance()) return NONE
    const what = this.#runIsFirst() ? this.#takeFromRun(latest) : this.#takeNear(latest)
    if (what === NONE) return NONE
    this.#size--
    if (++this.taken >= this.#reviewAt) this.#review()
    return what
  }

  #runIsFirst(): boolean {
    const last = this.#runSize - 1
    if (last < 0) return false
    const near = this.#near
    if (near.size === 0) return true
    const time = this.#runTimes[last] as number
    return time < near.time || (time === near.time && (this.#runTurns[last] as number) < near.turn)
  }

  #takeFromRun(latest: number): number {
    const last = this.#runSize - 1
    const time = this.#runTimes[last] as number
    if (time > latest) return NONE
    this.now = time
    this.turn = this.#runTurns[last] as number
    this.#runSize = last
    return this.#runWhats[last] as number
  }

  #takeNear(latest: number): number {
    const near = this.#near
    if (near.time > latest) return NONE
    this.now = near.time
    this.turn = near.turn
    const { what } = near
    near.drop()
    return what
  }

  #nodeOf(time: number, turn: number, what: number): number {
    let node = this.#free
    if (node !== NONE) this.#free = this.#words[node * WORDS + NEXT] as number
    else {
      node = this.#used++
      if (node * FLOATS >= this.#floats.length) this.#grow()
    }
    const at = node * FLOATS
    this.#floats[at] = time
    this.#floats[at + TURN] = turn
    this.#words[node * WORDS + WHAT] = what
    return node
  }

  #place(node: number): void {
    const time = this.#floats[node * FLOATS] as number
    const slot = Math.floor(time / this.#width)
    if (slot <= this.#slot) return this.#moveTo(this.#near, node)
    if (slot - this.#slot > this.#mask) return this.#moveTo(this.#far, node)
    const head = slot & this.#mask
    this.#words[node * WORDS + NEXT] = this.#heads[head] as number
    this.#heads[head] = node
    this.#inSlots++
  }

  /** An event moves to a heap, and its node is free. */
  #moveTo(heap: Heap, node: number): void {
    const [words, floats] = [this.#words, this.#floats]
    const at = node * FLOATS
    heap.add(floats[at] as number, floats[at + TURN] as number, words[node * WORDS + WHAT] as number)
    words[node * WORDS + NEXT] = this.#free
    this.#free = node
  }

  /** Goes to the next slot that has something. @returns `false` where nothing is left */
  #advance(): boolean {
    if (this.#size === 0) return false
    const heads = this.#heads
    while (this.#runSize === 0 && this.#near.size === 0) {
      if (this.#inSlots > 0) {
        this.#slot++
        while (heads[this.#slot & this.#mask] === NONE && !this.#farIsDue()) this.#slot++
      } else this.#slot = Math.floor(this.#far.time / this.#width)
      this.#sort(this.#slot & this.#mask)
      this.#draw()
      if (this.#crowd === CROWDED) this.#lookAhead()
    }
    return true
  }

  /**
   * A chain is read node by node, and where it lies in memory each node is waited for before the next is known. Chains of
   * several slots, read in step, are waited for together; when their turn comes they are in the cache.
   */
  #lookAhead(): void {
    const words = this.#words
    const lanes = this.#lanes
    lanes[this.#slot & (LANES - 1)] = this.#heads[(this.#slot + LANES) & this.#mask] as number
    for (let step = 0; step < STRIDE; step++) {
      for (let lane = 0; lane < LANES; lane++) {
        const node = lanes[lane] as number
        if (node !== NONE) lanes[lane] = words[node * WORDS + NEXT] as number
      }
    }
  }

  #farIsDue(): boolean {
    return this.#far.size > 0 && this.#far.time < (this.#slot + 1) * this.#width
  }

  /** The slot's chain as the run, the first one last; what is beyond its room into the near heap. */
  #sort(head: number): void {
    const words = this.#words
    const floats = this.#floats
    const [times, turns, whats] = [this.#runTimes, this.#runTurns, this.#runWhats]
    let node = this.#heads[head] as number
    let size = 0
    while (node !== NONE && size < RUN) {
      const next = words[node * WORDS + NEXT] as number
      const time = floats[node * FLOATS] as number
      const turn = floats[node * FLOATS + TURN] as number
      let hole = size++
      while (hole > 0) {
        const before = times[hole - 1] as number
        if (before > time || (before === time && (turns[hole - 1] as number) > turn)) break
        times[hole] = before
        turns[hole] = turns[hole - 1] as number
        whats[hole] = whats[hole - 1] as number
        hole--
      }
      times[hole] = time
      turns[hole] = turn
      whats[hole] = words[node * WORDS + WHAT] as number
      words[node * WORDS + NEXT] = this.#free
      this.#free = node
      node = next
    }
    this.#inSlots -= size
    this.#runSize = size
    this.#heads[head] = node
    if (node !== NONE) this.#fetch(head)
  }

  /** The slot's chain into the near heap. */
  #fetch(head: number): void {
    const words = this.#words
    let node = this.#heads[head] as number
    this.#heads[head] = NONE
    while (node !== NONE) {
      const next = words[node * WORDS + NEXT] as number
      this.#moveTo(this.#near, node)
      node = next
      this.#inSlots--
    }
  }

  /** What was far and is no longer. */
  #draw(): void {
    const far = this.#far
    const end = (this.#slot + 1) * this.#width
    while (far.size > 0 && far.time < end) {
      this.#near.add(far.time, far.turn, far.what)
      far.drop()
    }
  }

  /** Has the traffic outgrown the slots, or left them behind? */
  #review(): void {
    const passed = this.now - this.#reviewedAt
    const each = passed / this.#interval
    this.#reviewedAt = this.now
    this.#interval = Math.min(REVIEW, 4 * this.#interval)
    this.#reviewAt = this.taken + this.#interval
    // Twice as many to turn to crowds as to turn back: a rebuild at each review would cost more than either.
    if (this.#crowd === SPARSE ? this.#size > MANY : this.#size < MANY / 2) {
      this.#crowd = this.#crowd === SPARSE ? CROWDED : SPARSE
    }
    const crowd = this.#crowd
    const wanted = each * crowd
    const enough = (COVER / crowd) * this.#size
    // Powers of two: to divide by them rounds nothing, so a slot's bounds are exact.
    let width = this.#width
    while (passed > 0 && width > 2 * wanted && width > 2 ** -20) width /= 2
    while (width < wanted / 2) width *= 2
    let slots = this.#heads.length
    while (slots < enough / 2 && slots < MOST_SLOTS) slots *= 2
    while (slots > 4 * enough && slots > FEWEST_SLOTS) slots /= 2
    if (width !== this.#width || slots !== this.#heads.length) this.#rebuild(width, slots)
  }

  /** In no order: whatever lies in a slot or a heap is sorted later. */
  #rebuild(width: number, slots: number): void {
    const all = this.#gathered()
    this.#lanes.fill(NONE)
    this.#heads = new Int32Array(slots).fill(NONE)
    this.#inSlots = 0
    this.#mask = slots - 1
    this.#width = width
    this.#slot = Math.floor(this.now / width)
    for (let node = all; node !== NONE;) {
      const next = this.#words[node * WORDS + NEXT] as number
      this.#place(node)
      node = next
    }
  }

  /** All that is pending as one chain; what held it is empty, but for the slots. */
  #gathered(): number {
    let all = NONE
    const chain = (node: number): void => {
      this.#words[node * WORDS + NEXT] = all
      all = node
    }
    for (; this.#runSize > 0; this.#runSize--) {
      const last = this.#runSize - 1
      const [time, turn] = [this.#runTimes[last] as number, this.#runTurns[last] as number]
      chain(this.#nodeOf(time, turn, this.#runWhats[last] as number))
    }
    for (const head of this.#heads) {
      for (let node = head; node !== NONE;) {
        const next = this.#words[node * WORDS + NEXT] as number
        chain(node)
        node = next
      }
    }
    for (const heap of [this.#near, this.#far]) heap.empty((time, turn, what) => chain(this.#nodeOf(time, turn, what)))
    return all
  }

  #grow(): void {
    this.#floats = grown(this.#floats, this.#floats.length * 2)
    this.#words = new Int32Array(this.#floats.buffer)
  }
}
