/**
 * UUID: keys that tell when they were made.
 *
 * A key without a date is repeated by last month's retry job, long after its record was forgotten. What makes the
 * random part is the caller's: Node, browsers and edge workers have it, and a test brings its own.
 *
 * @see RFC 9562, sections 5.7 and 5.8
 * @module
 */

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/** 7: the first 48 bits are epoch ms. 8: all bits are whoever's who made it. */
export type UuidVersion = 7 | 8

/** Random bytes that a UUID takes. */
export const UUID_BYTES = 10

/**
 * A UUID.
 *
 * @param high the first 48 bits; of version 7 epoch ms
 * @param low  ten bytes, of which the bits of version and variant are overwritten
 * @example
 * uuidOf(Date.now(), crypto.getRandomValues(new Uint8Array(UUID_BYTES)), 7)
 */
export function uuidOf(high: number, low: Uint8Array, version: UuidVersion): string {
  const first = Math.min(Math.max(0, Math.floor(high)), 0xffff_ffff_ffff)
  const bytes = Array.from(low.subarray(0, UUID_BYTES))
  bytes[0] = ((bytes[0] as number) & 0x0f) | (version << 4)
  bytes[2] = ((bytes[2] as number) & 0x3f) | 0x80
  const hex = first.toString(16).padStart(12, '0') + bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** When the key was made, epoch ms; `undefined` where it does not tell. */
export function bornAt(key: string): number | undefined {
  return UUID_V7.test(key) ? Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16) : undefined
}
