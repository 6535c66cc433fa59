/**
 * Sampler: from a uniform number to a time of a distribution.
 *
 * @module
 */
import type { Distribution } from '../scenario/model.js'
import { exp, ln, normalQuantile } from './transcendental.js'

/** The standard normal distribution's 99th percentile. */
const Z99 = 2.3263478740408408

/** @returns ms for a uniform number in (0, 1) */
export type Sampler = (uniform: number) => number

export function sampler(distribution: Distribution): Sampler {
  switch (distribution.kind) {
    case 'constant': {
      const { value } = distribution
      return () => value
    }
    case 'exponential': {
      const { mean } = distribution
      return (uniform) => -mean * ln(uniform)
    }
    case 'lognormal': {
      const { p50, p99 } = distribution
      const sigma = ln(p99 / p50) / Z99
      return (uniform) => p50 * exp(sigma * normalQuantile(uniform))
    }
  }
}

/** Its mean, ms. */
export function meanOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value
    case 'exponential':
      return distribution.mean
    case 'lognormal': {
      const sigma = ln(distribution.p99 / distribution.p50) / Z99
      return distribution.p50 * exp((sigma * sigma) / 2)
    }
  }
}
