/**
 * Registry: which clients there are, by the name that a strategy says as `like`.
 *
 * @module
 */
import type { MakeClient } from './client.js'
import { FIELD } from './field/index.js'
import { truceClient } from './truce.js'

/** `truce`: the shipped policies. Another library's model is one file in `field/`. */
export const CLIENTS: Readonly<Record<string, MakeClient>> = {
  ...Object.fromEntries(Object.entries(FIELD).map(([name, { make }]) => [name, make])),
  truce: truceClient,
}
