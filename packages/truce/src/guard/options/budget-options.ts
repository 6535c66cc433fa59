/**
 * Options of a budget, a dependency's own or one that several share.
 *
 * @module
 */
import { Budget, BUDGET, budgetDefaults } from '../../policy/budget.js'
import { OptionError } from '../errors.js'
import { knownOptions, wholeNumber } from './check.js'
import { type Rate, rate, type Share, share } from '../../options/units.js'

/** How much extra traffic retries may make. */
export interface BudgetOptions {
  /** Hard ceiling on retries ÷ originals over 10 s, with 11 to 299 `instances` over up to 30 s. Default 0.5. */
  ratio?: Share | undefined
  /** Hard ceiling on retries a second. Default: none. */
  max?: Rate | undefined
  /** Extra allowance of each instance. Default: none; small allowances add up over a fleet. */
  floor?: Rate | undefined
  /** Shares of it that are reserved for traffic classes; the rest is for whoever comes. Default: none. */
  classes?: Partial<Readonly<Record<TrafficClass, Share>>> | undefined
  /** A budget that several dependencies share (`sharedBudget()`); a retry is paid from both. */
  parent?: SharedBudget | undefined
}

/** What a call's urgency makes it. */
export type TrafficClass = 'interactive' | 'background'
const CLASSES: readonly TrafficClass[] = ['interactive', 'background']

/** Of several dependencies. Opaque: give it to them as `budget: { parent }`. */
export type SharedBudget = Pick<Budget, 'remaining'>

/**
 * One budget for several dependencies: whatever fails, their retries together stay below it.
 *
 * @param options `ratio`, `max`, `floor`, `classes`, `parent`, as of a dependency's own; `instances` as there
 * @throws OptionError naming the option, its value and what is allowed
 * @example
 * const all = sharedBudget({ ratio: 0.2 })
 * const [inventory, payments] = ['inventory', 'payments'].map((name) => dependency(name, { budget: { parent: all } }))
 */
export function sharedBudget(options: BudgetOptions & { instances?: number } = {}): SharedBudget {
  const { instances = 1, ...rest } = options
  return budget(rest, wholeNumber(instances, 'instances', 1), true) as Budget
}

/** @param governed is there a governor? A shared budget's dependencies have one, unless they say so; then their own is the tighter. */
export function budget(given: BudgetOptions | 'none' | undefined, instances: number, governed: boolean): Budget | null {
  if (given === 'none') return null
  knownOptions(given, ['ratio', 'max', 'floor', 'classes', 'parent'], 'budget', ", or 'none'")
  const max = given?.max === undefined ? Number.POSITIVE_INFINITY : rate(given.max, 'budget.max')
  if (max === 0) throw new OptionError('budget.max', given?.max, 'more than 0; to make no retries, say attempts: 1')
  const ratio = share(given?.ratio ?? BUDGET.ratio, 'budget.ratio')
  if (ratio === 0)
    throw new OptionError('budget.ratio', given?.ratio, 'more than 0; to make no retries, say attempts: 1')
  return new Budget({
    ...budgetDefaults(instances, governed),
    ratio,
    max,
    floor: given?.floor === undefined ? 0 : rate(given.floor, 'budget.floor'),
    parent: parent(given?.parent),
    ...(given?.classes !== undefined && { classes: classes(given.classes) }),
  })
}

function parent(given: SharedBudget | undefined): Budget | null {
  if (given === undefined || given instanceof Budget) return given ?? null
  throw new OptionError('budget.parent', given, 'a budget made by sharedBudget()')
}

function classes(given: NonNullable<BudgetOptions['classes']>): Readonly<Record<string, number>> {
  knownOptions(given, CLASSES, 'budget.classes')
  const shares: Record<string, number> = {}
  for (const name of CLASSES) {
    const part = given[name]
    if (part !== undefined) shares[name] = share(part, `budget.classes.${name}`)
  }
  const sum = Object.values(shares).reduce((all, part) => all + part, 0)
  if (sum > 1) throw new OptionError('budget.classes', sum, 'shares that are at most 1 together')
  return Object.freeze(shares)
}
