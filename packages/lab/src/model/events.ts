/**
 * Events: the kinds there are, and how one is written as a whole number of 32 bits.
 *
 * @module
 */
export const ARRIVES = 0
export const THOUGHT = 1
export const REACHES = 2
export const SERVED = 3
export const RETURNS = 4
/** The head of a chain of attempts that were given the same time. */
export const CHAIN_RINGS = 5
export const ATTEMPT_RINGS = 6
export const RETRIES = 7
export const FAULT = 8
export const LINE_RINGS = 9
export const CALL_RINGS = 10
export const POOL_RINGS = 11
export const SAMPLE = 12
export const DOOR_RINGS = 13

const BITS = 4
const KIND = (1 << BITS) - 1
/** Rows, groups and callers that an event can name. */
export const MOST_SUBJECTS = 2 ** (31 - BITS)

export const event = (kind: number, subject: number): number => (subject << BITS) | kind
export const kindOf = (what: number): number => what & KIND
export const subjectOf = (what: number): number => what >>> BITS
