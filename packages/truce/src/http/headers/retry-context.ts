/**
 * Retry-Context: what an attempt tells the service it is sent to.
 *
 * Without it a service serves the third repeat of a caller that has left as if it were a first request
 * of one that waits.
 *
 *     Retry-Context: call="01JD", attempt=2, deadline=380, urgency=interactive, caller="order-api"
 *
 * @see spec/wire/README.md
 * @module
 */
import type { PeerContext } from '../../context/peer-port.js'
import { readCanonicalContext } from './canonical-context.js'
import { parse, print, readName, readWhole, readWord, understood } from './dictionary.js'
import { writeCount, writeName, writeTime, writeWord } from './dictionary.js'

const URGENCIES = ['interactive', 'background'] as const

/**
 * The field's value; `''` where nothing of the context can be carried.
 *
 * A deadline is rounded down (the callee must not outlive the attempt), a key's age up (its window must
 * not be overrun).
 *
 * @example
 * writeRetryContext({ call: '01JD', attempt: 2, deadline: 380 }) // 'call="01JD", attempt=2, deadline=380'
 */
export function writeRetryContext(context: PeerContext): string {
  const owner = writeName(context.owner)
  const business = writeName(context.businessOwner)
  return print({
    call: writeName(context.call),
    attempt: writeCount(context.attempt, 1),
    deadline: writeTime(context.deadline, Math.floor),
    urgency: writeWord(context.urgency, URGENCIES),
    caller: writeName(context.caller),
    contract: writeCount(context.contract, 1),
    'key-age': writeTime(context.keyAge, Math.ceil),
    owner: owner && [owner, business ? new Map([['business', business]]) : new Map()],
  })
}

/**
 * Reads the field; what is not understood in it is as if it were absent.
 *
 * @returns `undefined` where nothing is understood
 * @example
 * readRetryContext('call="01JD", attempt=2, deadline=soon') // { call: '01JD', attempt: 2 }
 */
export function readRetryContext(value: string): Partial<PeerContext> | undefined {
  return typeof value === 'string' ? (readCanonicalContext(value) ?? readAnyContext(value)) : undefined
}

/** By the library, whatever the form. */
export function readAnyContext(value: string): Partial<PeerContext> | undefined {
  const members = parse(value)
  if (!members) return undefined
  const owner = readName(members.get('owner')?.[0])
  return understood<Partial<PeerContext>>({
    call: readName(members.get('call')?.[0]),
    attempt: readWhole(members.get('attempt'), 1),
    deadline: readWhole(members.get('deadline'), 0),
    urgency: readWord(members.get('urgency'), URGENCIES),
    caller: readName(members.get('caller')?.[0]),
    contract: readWhole(members.get('contract'), 1),
    keyAge: readWhole(members.get('key-age'), 0),
    owner,
    businessOwner: owner && readName(members.get('owner')?.[1].get('business')),
  })
}
