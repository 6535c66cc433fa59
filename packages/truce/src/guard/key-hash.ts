/**
 * Key hash: the same key gives the same 16 letters in every record, without being shown.
 *
 * It tells keys apart, it does not hide them from someone who guesses: keys are names, not secrets.
 *
 * @module
 */

/** Two 32-bit FNV-1a hashes with different offsets, in hexadecimal. */
export function keyHash(key: string): string {
  return half(key, 0x811c9dc5) + half(key, 0x9747b28c)
}

/** @see G. Fowler, L. C. Noll, K. Vo: FNV-1a, 32 bits */
function half(key: string, offset: number): string {
  let hash = offset
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
