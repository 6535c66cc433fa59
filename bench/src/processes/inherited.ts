/**
 * Process: inheritance, before its first use and after.
 *
 * @module
 */
import { alone, beforeFirstUse, inherited } from '../cases/g-inherited.js'
import { measure, type Samples } from '../measure/rounds.js'
import { given, send } from './send.js'

const options = given()
const loaded = await measure([{ name: 'g-before', what: 'without truce', contenders: { alone } }], options)
const before = await measure([await beforeFirstUse()], options)
const after = await measure([await inherited()], options)
const samples: Samples = { 'g-before': { ...before['g-before'], ...loaded['g-before'] }, ...after }
send(samples)
