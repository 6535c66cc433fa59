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
const SQRT2 = Math.SQRT2

/** Natural logarithm of a normal number above 0; within 2 units of the last place. */
export function ln(x: number): number {
  words.setFloat64(0, x)
  const high = words.getInt32(0)
  let exponent = (high >>> 20) - 1_023
  words.setInt32(0, (high & 0xfffff) | 0x3ff00000)
  let mantissa = words.getFloat64(0)
  if (mantissa > SQRT2) {
    mantissa /= 2
    exponent++
  }
  // ln m = 2 artanh s, and s is at most 0.172: ten terms are enough.
  const s = (mantissa - 1) / (mantissa + 1)
  return 2 * s * artanh(s * s) + exponent * LN2
}

/** artanh(s) / s, of s squared. Written out: a loop would divide at each step. */
function artanh(q: number): number {
  const high = (((q / 21 + 1 / 19) * q + 1 / 17) * q + 1 / 15) * q + 1 / 13
  const low = ((((high * q + 1 / 11) * q + 1 / 9) * q + 1 / 7) * q + 1 / 5) * q + 1 / 3
  return low * q + 1
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
