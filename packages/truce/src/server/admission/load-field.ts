/**
 * Load field: what every answer says to a peer of how busy the service is.
 *
 * To print a structured field takes several times as long as all else that an admission does for a request. Busy as it
 * may be, it is so in few ways: each is printed once.
 *
 * @module
 */
import type { PeerPushback, PeerServerPort } from '../../context/peer-port.js'
import type { LoadField } from '../admission-port.js'
import type { AnswerHeader } from '../incoming.js'

/** What of an admission is told. */
export interface Busy {
  readonly load: number
  readonly waiting: number
}

/** Fields that are kept; then all are printed anew. */
const MOST = 1_000
/** With that many waiting, the number of one load would be that of the next. */
const WAITING = 65_536

export class KeptLoadField implements LoadField {
  readonly #peer: PeerServerPort
  readonly #busy: Busy
  readonly #printed = new Map<number, AnswerHeader>()

  constructor(peer: PeerServerPort, busy: Busy) {
    this.#peer = peer
    this.#busy = busy
  }

  header(pushback?: PeerPushback): AnswerHeader {
    const { waiting: backlog } = this.#busy
    // Two digits: nobody decides by a third.
    const percent = Math.round(this.#busy.load * 100)
    if (pushback) return this.#print({ ...pushback, load: percent / 100, backlog })
    if (backlog >= WAITING) return this.#print({ load: percent / 100, backlog })
    return this.#printed.get(percent * WAITING + backlog) ?? this.#keep(percent, backlog)
  }

  #keep(percent: number, backlog: number): AnswerHeader {
    const header = this.#print({ load: percent / 100, backlog })
    if (this.#printed.size >= MOST) this.#printed.clear()
    this.#printed.set(percent * WAITING + backlog, header)
    return header
  }

  #print(pushback: PeerPushback): AnswerHeader {
    return [this.#peer.answerField, this.#peer.writePushback(pushback)]
  }
}
