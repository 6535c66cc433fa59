/**
 * Logarithm, exponential and the normal quantile, from additions, multiplications and divisions alone.
 *
 * The language leaves the last digits of `Math.log` and `Math.exp` to the engine, and engines have changed them: one
 * digit moves an arrival, an arrival a queue, and after a minute nothing is the same. The four operations and
 * `Math.sqrt` are exact by the standard, so what is made of them is the same on every machine and version.
 *
 * @module
 */
const words = new DataView(new ArrayBuffer(8))
const LN2 = Math.LN2
/** Upper halves of the doubles √½, 1 and √2: every number is a power of two times one from √½ to √2. */
const SQRT_HALF = 0x3fe6a09e
const ONE = 0x3ff00000
const SQRT2 = 0x3ff6a09e
/** They lie in cells, each of the doubles that are the same but for their last so many binary digits of that half: 1/128 wide at most. */
const CELL = 13
const FIRST = SQRT_HALF >> CELL
/** 2 to the power of −exponent, by the exponent as it stands in a double. */
const POWERS = Float64Array.from({ length: 2_048 }, (_, biased) => 2 ** (1_023 - biased))
/** Of each cell: 1 ÷ its middle, and the logarithm of that middle. Of those next to 1 it is 1 itself, so that ln 1 is 0. */
const INVERSES = Float64Array.from({ length: (SQRT2 >> CELL) - FIRST + 1 }, (_, i) => 1 / middle(FIRST + i))
const LOGARITHMS = INVERSES.map((inverse) => -series(inverse))

/** Natural logarithm of a normal number above 0; off by less than 4e-16, or 3 units of its last place where those are more. */
export function ln(x: number): number {
  words.setFloat64(0, x)
  const high = words.getInt32(0) + (ONE - SQRT_HALF)
  // Of the power of two by which x is one from √½ to √2.
  const biased = high >> 20
  const cell = (((high & 0xfffff) + SQRT_HALF) >> CELL) - FIRST
  // Multiplied, which is exact, and not written in halves and read as a whole: that would wait for both.
  // x = 2^exponent × middle × (1 + r), and r is at most 1/128: seven terms are enough.
  const r = x * (POWERS[biased] as number) * (INVERSES[cell] as number) - 1
  const terms = (((((r * (1 / 7) - 1 / 6) * r + 1 / 5) * r - 1 / 4) * r + 1 / 3) * r - 1 / 2) * r
  return (biased - 1_023) * LN2 + ((LOGARITHMS[cell] as number) + (terms * r + r))
}

function middle(cell: number): number {
  if (cell === ONE >> CELL || cell === (ONE >> CELL) - 1) return 1
  const double = (high: number): number => {
    words.setInt32(0, high)
    words.setInt32(4, 0)
    return words.getFloat64(0)
  }
  return (double(cell << CELL) + double((cell + 1) << CELL)) / 2
}

/** The logarithm of a number near 1, without a table: ln m = 2 artanh s. */
function series(m: number): number {
  const s = (m - 1) / (m + 1)
  let sum = 0
  // s is at most 0.172: s²³ is nothing beside 1.
  for (let n = 23; n >= 1; n -= 2) sum = sum * s * s + 1 / n
  return 2 * s * sum
}

/** e to the power of x, for |x| < 700. */
export function exp(x: number): number {
  const power = Math.round(x / LN2)
  const rest = x - power * LN2
  let sum = 1
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * rest) / n
  words.setInt32(0, (power + 1_023) << 20)
  words.setInt32(4, 0)
  return sum * words.getFloat64(0)
}

/**
 * The normal distribution's quantile, by a rational approximation; relative error below 1.2e-9.
 *
 * @see P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function" (2003)
 */
export function normalQuantile(p: number): number {
  if (p < 0.02425) return tail(Math.sqrt(-2 * ln(p)))
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * ln(1 - p)))
  const q = p - 0.5
  const r = q * q
  return (q * polynomial(MIDDLE, r)) / (polynomial(MIDDLE_BELOW, r) * r + 1)
}

const MIDDLE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
]
const MIDDLE_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
]
const TAIL = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const TAIL_BELOW = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416]

function tail(q: number): number {
  return polynomial(TAIL, q) / (polynomial(TAIL_BELOW, q) * q + 1)
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}
