/** Uniform in [0, 1), like `Math.random`, which only the edge may pass in. */
export type Random = () => number
