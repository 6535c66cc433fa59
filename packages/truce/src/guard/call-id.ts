/**
 * Call ids: a prefix of this process and a counter; made only when somebody asks.
 *
 * @module
 */

let prefix = ''
let count = 0

export function callId(): string {
  prefix ||= [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(36).padStart(2, '0')).join('')
  return `${prefix}-${(++count).toString(36)}`
}
