/**
 * Fleet: random services that call each other in more ways than one.
 *
 * @module
 */
import fc from 'fast-check'
import type { Contract } from '../../src/document/model.js'
import { contractsOf } from '../given.js'

/** Layers of one-operation services; each may call any of a lower layer. */
interface Plan {
  readonly widths: readonly number[]
  readonly seeds: readonly number[]
}

export const plans: fc.Arbitrary<Plan> = fc.record({
  widths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 }),
  seeds: fc.array(fc.nat(999_999), { minLength: 60, maxLength: 60, size: 'max' }),
})

/** Services `a0_1` by layer and place. */
export function fleetOf({ widths, seeds }: Plan): Contract[] {
  let at = 0
  const pick = <T>(...from: readonly [T, ...T[]]): T => from[(seeds[at++ % seeds.length] ?? 0) % from.length] ?? from[0]
  const documents = widths.flatMap((width, layer) =>
    Array.from({ length: width }, (_, place) => {
      const targets = widths.flatMap((below, deeper) =>
        deeper > layer ? Array.from({ length: below }, (__, other) => `s${deeper}_${other}`) : [],
      )
      const chosen = targets.filter(() => pick(true, true, false))
      const depends = Object.fromEntries(chosen.map((target) => [target, dependency(pick)]))
      const calls = Object.fromEntries(
        chosen.filter(() => pick(true, true, true, false)).map((target) => [`${target}.x`, pick(1, 1, 2)]),
      )
      const serves = { x: { effect: 'read', rate: pick(1, 10, 200), capacity: 1, calls } }
      return JSON.stringify({ truce: 1, service: `s${layer}_${place}`, serves, depends })
    }),
  )
  return contractsOf(...documents)
}

function dependency(pick: <T>(...from: readonly [T, ...T[]]) => T): object {
  const attempts = pick<number | undefined>(1, 2, 3, 4, undefined)
  const operation = {
    effect: 'read',
    use: attempts === undefined ? 'background' : 'interactive',
    ...(attempts !== undefined && { attempts }),
    attemptTimeout: pick<number | string>(500, 1_000, 2_000, 'none'),
    deadline: pick(500, 1_000, 60_000),
    ...pick({}, {}, {}, { owner: 'another' }),
  }
  return {
    peer: pick(true, false, false),
    ...pick({}, {}, {}, {}, { broker: 'rabbitmq' }),
    layers: pick([], [], [], [{ name: 'istio', attempts: 2 }]),
    budget: pick<object | string>({ ratio: 0.2 }, { ratio: 1 }, 'none'),
    operations: { x: operation },
  }
}
