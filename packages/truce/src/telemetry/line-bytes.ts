/**
 * Line bytes: pieces of a line, written into a buffer where they will stand.
 *
 * Each takes where to write and returns where it ends. Beyond the end of the buffer nothing is
 * written and the count goes on, so that a line that does not fit shows by its end alone.
 *
 * @module
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const ZERO = 0x30
const POINT = 0x2e

/** For long pieces: a copy by the engine, whose start costs as much as some twenty bytes. */
export function copy(bytes: Buffer, at: number, piece: Uint8Array): number {
  const end = at + piece.length
  if (end <= bytes.length) bytes.set(piece, at)
  return end
}

/** For short pieces. */
export function ascii(bytes: Buffer, at: number, piece: Uint8Array): number {
  for (let i = 0; i < piece.length; i++) bytes[at + i] = piece[i] as number
  return at + piece.length
}

export function utf8(bytes: Buffer, at: number, text: string): number {
  const end = at + Buffer.byteLength(text)
  if (end <= bytes.length) bytes.write(text, at)
  return end
}

/** A JSON string. Half a surrogate pair, which UTF-8 cannot say, is escaped. */
export function quoted(bytes: Buffer, at: number, text: string): number {
  bytes[at] = QUOTE
  let end = at + 1
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return utf8(bytes, at, JSON.stringify(text))
    bytes[end++] = code
  }
  bytes[end] = QUOTE
  return end + 1
}

/** @param whole not below zero, below 2^31 */
export function digits(bytes: Buffer, at: number, whole: number): number {
  if (whole < 10) {
    bytes[at] = ZERO + whole
    return at + 1
  }
  if (whole < 1_000 && whole >= 100) return threeDigits(bytes, at, whole)
  const tens = (whole / 10) | 0
  const end = digits(bytes, at, tens)
  bytes[end] = ZERO + whole - tens * 10
  return end + 1
}

/** @param value below 1,000 */
export function threeDigits(bytes: Buffer, at: number, value: number): number {
  const hundreds = (value / 100) | 0
  const tens = (value / 10) | 0
  bytes[at] = ZERO + hundreds
  bytes[at + 1] = ZERO + tens - hundreds * 10
  bytes[at + 2] = ZERO + value - tens * 10
  return at + 3
}

/** '', '.001' … '.999', without noughts at the end. @param value below 1,000 */
export function thousandths(bytes: Buffer, at: number, value: number): number {
  if (value === 0) return at
  bytes[at] = POINT
  const end = threeDigits(bytes, at + 1, value)
  if (bytes[end - 1] !== ZERO) return end
  return bytes[end - 2] === ZERO ? end - 2 : end - 1
}
