/**
 * Registry: which clients there are, by the name that a strategy says as `like`.
 *
 * @module
 */
import type { MakeClient } from './client.js'
import { truceClient } from './truce.js'

/** `truce`: the shipped policies. Another library's model is one line here and one file beside it. */
export const CLIENTS: Readonly<Record<string, MakeClient>> = {
  truce: truceClient,
}
