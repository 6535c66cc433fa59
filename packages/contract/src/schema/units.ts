/**
 * Units of the document: durations, rates, shares, names and key templates, each with what an editor shows of it.
 *
 * @module
 */
import { z } from 'zod'
import {
  DURATION,
  DURATION_OVER_0,
  KEY_TEMPLATE,
  NAME,
  OPERATION_NAME,
  RATE,
  RATE_OVER_0,
  SHARE,
  SHARE_OVER_0,
} from '../document/forms.js'

/** Says of a field what it is, with examples; what counts where it is left out, the description says. */
export function say<T extends z.ZodType>(schema: T, description: string, ...examples: readonly unknown[]): T {
  return schema.meta({ description, examples: [...examples] })
}

/** `'800ms'`, `'2s'`, `'5m'`, `'72h'`, or a number of ms; more than 0. */
export const duration = (description: string, ...examples: readonly unknown[]) =>
  say(
    z.union([z.string().regex(DURATION_OVER_0), z.number().gt(0)]),
    `${description} A duration of more than 0: 800ms, 2s, 5m, 72h, or a number of ms.`,
    ...examples,
  )

/** The same, and 0. */
export const durationOr0 = (description: string, ...examples: readonly unknown[]) =>
  say(
    z.union([z.string().regex(DURATION), z.number().min(0)]),
    `${description} A duration: 800ms, 2s, 5m, 72h, or a number of ms.`,
    ...examples,
  )

/** What a limit of time may be: `duration`, or `none`. */
export const limits = () => [z.literal('none'), z.string().regex(DURATION_OVER_0), z.number().gt(0)] as const

export const limit = (description: string, ...examples: readonly unknown[]) =>
  say(
    z.union(limits()),
    `${description} A duration of more than 0: 800ms, 2s, 5m, 72h, or a number of ms; none for no limit.`,
    ...examples,
  )

/** `'200/s'`, `'10/m'`, or a number a second; more than 0. */
export const rate = (description: string, ...examples: readonly unknown[]) =>
  say(
    z.union([z.string().regex(RATE_OVER_0), z.number().gt(0)]),
    `${description} A rate of more than 0: 200/s, 10/m, 5/h, or a number a second.`,
    ...examples,
  )

/** The same, and 0. */
export const rateOr0 = (description: string, ...examples: readonly unknown[]) =>
  say(
    z.union([z.string().regex(RATE), z.number().min(0)]),
    `${description} A rate: 200/s, 10/m, 5/h, or a number a second.`,
    ...examples,
  )

/** `0.2` or `'20%'`; more than 0. */
export const share = (description: string, ...examples: readonly unknown[]) =>
  say(
    z.union([z.string().regex(SHARE_OVER_0), z.number().gt(0).max(1)]),
    `${description} A share of more than 0: 20% or 0.2.`,
    ...examples,
  )

/** The same, and 0. */
export const shareOr0 = (description: string, ...examples: readonly unknown[]) =>
  say(z.union([z.string().regex(SHARE), z.number().min(0).max(1)]), `${description} A share: 20% or 0.2.`, ...examples)

export const whole = (least: number, description: string, ...examples: readonly unknown[]) =>
  say(z.int().min(least), `${description} A whole number of at least ${least}.`, ...examples)

export const oneOf = <const T extends readonly [string, ...string[]]>(
  words: T,
  description: string,
  ...examples: readonly unknown[]
) => say(z.enum(words), description, ...examples)

export const word = (description: string, ...examples: readonly unknown[]) =>
  say(z.string().min(1).max(255), description, ...examples)

/** Of services, dependencies and layers: `order-api`. */
export const name = (description: string, ...examples: readonly unknown[]) =>
  say(z.string().regex(NAME), description, ...examples)

/** What is written before a colon. */
export const nameKey = z.string().regex(NAME)
export const operationKey = z.string().regex(OPERATION_NAME)

export const keyTemplate = (description: string, ...examples: readonly unknown[]) =>
  say(z.string().regex(KEY_TEMPLATE), description, ...examples)
