/**
 * Process: heap bytes a call, with a new space that is never collected in between.
 *
 * @module
 */
import { CASES } from '../cases/index.js'
import { bytesPerCall } from '../measure/bytes.js'
import { given, send } from './send.js'

const rounds = Math.min(7, given().rounds)
const bytes: Record<string, Record<string, number>> = {}
for (const one of CASES) if (one.bytes) bytes[one.name] = await bytesPerCall(one, rounds)
send(bytes)
