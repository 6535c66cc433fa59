/**
 * Units of a scenario, as the contract writes them, each with what an editor shows of it.
 *
 * @module
 */
import { DURATION, DURATION_OVER_0, NAME, RATE_OVER_0, SHARE, SHARE_OVER_0, TARGET } from '@truce/contract/document'
import { z } from 'zod'

/** Says of a field what it is, with examples. */
export function say<T extends z.ZodType>(schema: T, description: string, ...examples: readonly unknown[]): T {
  return schema.meta({ description, examples: [...examples] })
}

const form = <T extends z.ZodType>(pattern: RegExp, number: T) => z.union([z.string().regex(pattern), number])

export const duration = (description: string, ...examples: readonly unknown[]) =>
  say(form(DURATION_OVER_0, z.number().gt(0)), `${description} A duration of more than 0: 800ms, 2s, 5m.`, ...examples)

export const durationOr0 = (description: string, ...examples: readonly unknown[]) =>
  say(form(DURATION, z.number().min(0)), `${description} A duration: 800ms, 2s, 5m, or a number of ms.`, ...examples)

/** A duration, or `none`. */
export const limit = (description: string, ...examples: readonly unknown[]) =>
  say(
    z.union([z.literal('none'), z.string().regex(DURATION_OVER_0), z.number().gt(0)]),
    `${description} A duration of more than 0: 800ms, 2s, 5m; none for no limit.`,
    ...examples,
  )

const rateForm = form(RATE_OVER_0, z.number().gt(0))

export const rate = (description: string, ...examples: readonly unknown[]) =>
  say(rateForm, `${description} A rate of more than 0: 200/s, 10/m, or a number a second.`, ...examples)

export const share = (description: string, ...examples: readonly unknown[]) =>
  say(form(SHARE_OVER_0, z.number().gt(0).max(1)), `${description} A share of more than 0: 20% or 0.2.`, ...examples)

export const shareOr0 = (description: string, ...examples: readonly unknown[]) =>
  say(form(SHARE, z.number().min(0).max(1)), `${description} A share: 20% or 0.2.`, ...examples)

export const whole = (least: number, description: string, ...examples: readonly unknown[]) =>
  say(z.int().min(least), `${description} A whole number of at least ${least}.`, ...examples)

export const flag = (description: string) => say(z.boolean(), description, true)

export const oneOf = <const T extends readonly [string, ...string[]]>(
  words: T,
  description: string,
  ...examples: readonly unknown[]
) => say(z.enum(words), description, ...examples)

export const nameKey = z.string().regex(NAME)
export const target = (description: string, ...examples: readonly unknown[]) =>
  say(z.string().regex(TARGET), description, ...examples)
