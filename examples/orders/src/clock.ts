/**
 * Clock: milliseconds since the epoch with fractions, from a clock that does not jump.
 *
 * @module
 */
export const now = () => performance.timeOrigin + performance.now()
