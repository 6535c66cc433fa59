import { describe, expect, expectTypeOf, it, test } from 'vitest'
import { OptionError } from '../options/option-error.js'
import { PROFILE_NAMES, profileNamed, square, stripeV1 } from './known.js'
import { profile, type ProfileOptions } from './make.js'
import { isProfile, type Profile } from './profile.js'

describe('a profile', () => {
  it('needs a name; what else is not said is not known', () => {
    expect(profile({ name: 'bank' })).toEqual({
      name: 'bank',
      header: 'idempotency-key',
      field: undefined,
      format: 'bare',
      maxLength: 255,
      ttl: undefined,
      stores: 'unknown',
      inProgress: [],
      inProgressWith: undefined,
      mismatch: [],
      expired: [],
      replayed: undefined,
      hint: undefined,
    })
  })

  it('is frozen, and its headers are in lower case', () => {
    const bank = profile({
      name: 'bank',
      header: 'X-Key',
      hint: 'X-Again',
      replayed: 'X-Kept',
      ttl: '2h',
      mismatch: [409],
    })
    expect(bank).toMatchObject({ header: 'x-key', hint: 'x-again', replayed: 'x-kept', ttl: 7_200_000 })
    expect([Object.isFrozen(bank), Object.isFrozen(bank.mismatch)]).toEqual([true, true])
  })

  it('may be made of another', () => {
    const longer = profile({ ...stripeV1, name: 'stripe-agreed', ttl: '48h' })
    expect(longer).toEqual({ ...stripeV1, name: 'stripe-agreed', ttl: 172_800_000 })
    expect(profile({ ...square, maxLength: 45 })).toMatchObject({ header: undefined, field: 'idempotency_key' })
  })

  it('is known by its mark, which a copy of its facts does not have', () => {
    expect([isProfile(stripeV1), isProfile(profile({ name: 'bank' })), isProfile({ ...stripeV1 })]).toEqual([
      true,
      true,
      false,
    ])
    expect([isProfile(undefined), isProfile(null), isProfile('stripe-v1')]).toEqual([false, false, false])
  })
})

test.each<[string, unknown, string]>([
  ['profile', undefined, 'an object'],
  ['profile', null, 'an object'],
  ['profile.name', {}, 'non-empty'],
  ['profile.name', { name: '' }, 'non-empty'],
  ['profile.colour', { name: 'a', colour: 1 }, 'there are name, header'],
  ['profile.header', { name: 'a', header: 'a b' }, 'the name of a header'],
  ['profile.header', { name: 'a', header: '' }, 'the name of a header'],
  ['profile.header', { name: 'a', header: 5 }, 'the name of a header'],
  ['profile.field', { name: 'a', field: '' }, 'field of the body'],
  ['profile.field', { name: 'a', field: 'k', header: 'k' }, 'one way'],
  ['profile.format', { name: 'a', format: 'token' }, "'quoted'"],
  ['profile.maxLength', { name: 'a', maxLength: 0 }, 'from 1 to 255'],
  ['profile.maxLength', { name: 'a', maxLength: 256 }, 'from 1 to 255'],
  ['profile.maxLength', { name: 'a', maxLength: 1.5 }, 'from 1 to 255'],
  ['profile.ttl', { name: 'a', ttl: '1 day' }, 'a duration'],
  ['profile.stores', { name: 'a', stores: 'none' }, "'redrive'"],
  ['profile.inProgress', { name: 'a', inProgress: 409 }, 'an array'],
  ['profile.inProgress', { name: 'a', inProgress: [503] }, '400 to 499'],
  ['profile.mismatch', { name: 'a', mismatch: ['422'] }, '400 to 499'],
  ['profile.expired', { name: 'a', expired: [399] }, '400 to 499'],
  ['profile.inProgressWith', { name: 'a', inProgressWith: 'date' }, "'retry-after'"],
  ['profile.replayed', { name: 'a', replayed: 'x:y' }, 'the name of a header'],
  ['profile.hint', { name: 'a', hint: '' }, 'the name of a header'],
])('%s of %o is refused', (option, given, allowed) => {
  const make = () => profile(given as ProfileOptions)
  expect(make).toThrow(OptionError)
  expect(make).toThrow(`option ${option} is`)
  expect(make).toThrow(allowed)
})

describe('those that are known', () => {
  it('have names', () => {
    const names = ['stripe-v1', 'stripe-v2', 'paypal', 'square', 'adyen', 'checkout.com', 'ietf']
    expect(PROFILE_NAMES).toEqual(names)
    expect(profileNamed('stripe-v1')).toBe(stripeV1)
    expect([profileNamed('stripe'), profileNamed('toString')]).toEqual([undefined, undefined])
  })

  it.each(PROFILE_NAMES)('%s is what profile() makes of it', (name) => {
    const known = profileNamed(name) as Profile
    expect(isProfile(known)).toBe(true)
    expect(profile(known)).toEqual(known)
  })
})

it('types', () => {
  expectTypeOf(profile).returns.toEqualTypeOf<Profile>()
  expectTypeOf<Profile>().toExtend<ProfileOptions>()
  // @ts-expect-error a name is needed
  const nameless: ProfileOptions = {}
  // @ts-expect-error no such policy
  const other: ProfileOptions = { name: 'a', stores: 'some' }
  expect([nameless, other]).toHaveLength(2)
})
