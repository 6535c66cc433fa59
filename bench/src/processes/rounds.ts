/**
 * Process: all cases but inheritance's, in interleaved rounds.
 *
 * @module
 */
import { CASES } from '../cases/index.js'
import { measure } from '../measure/rounds.js'
import { wanted } from '../options.js'
import { given, send } from './send.js'

const options = given()
send(
  await measure(
    CASES.filter(({ name }) => wanted(options, name)),
    options,
  ),
)
