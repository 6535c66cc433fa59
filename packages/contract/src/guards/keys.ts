/**
 * Keys: what a document says of the idempotency keys of a call, in the words of `truce/profiles`.
 *
 * A profile that nobody knows must not pass for one that honours keys: the repeat of a lost answer would be a second
 * order. So its name is looked up where the service starts.
 *
 * @module
 */
import { keyFrom, placesOf, type Profile, PROFILE_NAMES, profileNamed } from 'truce/profiles'
import type { Operation } from '../document/model.js'
import { nearest } from '../document/nearest.js'

/** What fills the places of a template, by their names. */
export type KeyValues = Parameters<typeof keyFrom>[1]

/** What an operation's keys go by. */
export interface Keys {
  /** `undefined`: code gives the key. */
  readonly template: string | undefined
  /** `undefined`: the dependency's own, or nothing is known of it. */
  readonly profile: Profile | undefined
}

/** Profiles of the user's own, by the name that documents call them. */
export type Profiles = Readonly<Record<string, Profile>>

/** @throws OptionError for a template that is none */
export function keysOf({ idempotency }: Operation, own: Profiles | undefined): Keys {
  if (idempotency?.kind !== 'key') return { template: undefined, profile: undefined }
  const { key: template, profile } = idempotency
  if (template !== undefined) placesOf(template)
  return { template, profile: profile === undefined ? undefined : named(profile, own) }
}

/** The key of a call. @throws OptionError where a value is missing, or the key is none that can be sent */
export function filled(template: string, { profile }: Keys, values: KeyValues): string {
  return keyFrom(template, values, profile?.maxLength)
}

function named(name: string, own: Profiles | undefined): Profile | undefined {
  return own && Object.hasOwn(own, name) ? own[name] : profileNamed(name)
}

/** What to do about a profile that nobody knows. */
export function unknownProfile(name: string, own: Profiles | undefined): { message: string; fix: string } {
  const known = [...Object.keys(own ?? {}), ...PROFILE_NAMES]
  const guess = nearest(name, known)
  const there = guess === undefined ? `write one of ${known.join(', ')}` : `did you mean ${guess}?`
  return {
    message: `there is no profile "${name}"`,
    fix: `${there}; one of your own is handed in: { profiles: { '${name}': profile({ … }) } }`,
  }
}
