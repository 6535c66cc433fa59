/**
 * Idempotency options: when a key makes a repeat safe, how it travels, and for how long.
 *
 * A key alone protects nobody: most APIs ignore a header that they do not know, and a repeat charges twice. So a key
 * counts only where somebody said that the dependency honours it: by `idempotency: { … }`, a profile, or a peer.
 *
 * @module
 */
import { OptionError } from '../../options/option-error.js'
import { type Duration, duration } from '../../options/units.js'
import { isProfile, type Profile } from '../../profiles/profile.js'
import { knownOptions, oneOf } from './check.js'

/** The dependency honours keys of this operation. */
export interface IdempotencyOptions {
  /** How long a key may be repeated, at most its profile's `ttl`. Default: that, else for ever. */
  window?: Duration | undefined
  /** `new`: a call that was given no key gets one, the same for all its attempts (a UUID of version 7). Writes only. */
  key?: 'new' | undefined
  /** What its API does with keys. Default: the dependency's. */
  profile?: Profile | undefined
  /** `none`: a key that is a UUID of version 7 was made long before its first use; only the run option `age` dates it. */
  age?: 'none' | undefined
}

/** Checked. */
export interface KeyRules {
  readonly profile: Profile | undefined
  /** Does the dependency honour keys? */
  readonly honoured: boolean
  /** Does a call that was given none get one? */
  readonly made: boolean
  /** Does a UUID of version 7 say how old it is? */
  readonly dated: boolean
  /** How long a key may be repeated, ms. */
  readonly window: number
}

/** Characters of a key that is made. */
const MADE = 36

/** @throws OptionError @param dependency the profile of its dependency */
export function keyRules(
  given: 'natural' | IdempotencyOptions | undefined,
  dependency: Profile | undefined,
  effect: 'read' | 'write',
): KeyRules {
  if (given !== undefined && given !== 'natural') {
    knownOptions(given, ['window', 'key', 'profile', 'age'], 'idempotency', ", or 'natural'")
  }
  const options = given === undefined || given === 'natural' ? {} : given
  const known = profileOf(options.profile, 'idempotency.profile') ?? dependency
  const made = options.key !== undefined && oneOf(options.key, 'idempotency.key', ['new']) === 'new'
  if (options.age !== undefined) oneOf(options.age, 'idempotency.age', ['none'])
  if (made && known && known.maxLength < MADE) {
    throw new OptionError(
      'idempotency.key',
      options.key,
      `nothing for ${known.name}: ${known.maxLength} characters hold no UUID`,
    )
  }
  return Object.freeze({
    profile: known,
    honoured: typeof given === 'object' || known !== undefined,
    made: made && effect === 'write',
    dated: options.age === undefined,
    window: window(options.window, known),
  })
}

/** @throws OptionError */
export function profileOf(given: Profile | undefined, option: string): Profile | undefined {
  if (given === undefined || isProfile(given)) return given
  const allowed = 'a profile of truce/profiles, such as stripeV1, or your own by profile({ name, header, … })'
  throw new OptionError(option, given, allowed)
}

function window(given: Duration | undefined, profile: Profile | undefined): number {
  const ttl = profile?.ttl ?? Number.POSITIVE_INFINITY
  if (given === undefined) return ttl
  const ms = duration(given, 'idempotency.window')
  if (ms <= ttl) return ms
  throw new OptionError(
    'idempotency.window',
    given,
    `at most ${ttl} ms: after that ${profile?.name} may have forgotten the key`,
  )
}
