import { describe, expect, it, test } from 'vitest'
import { ADMISSION } from '../../policy/admission/index.js'
import { service } from '../service.js'
import { admission } from './admission.js'
import { type AdmissionOptions, admissionSettings } from './settings.js'

describe('what an admission is told', () => {
  it('nothing: then all is as the policy has it', () => {
    const { limit, limitMin, limitMax, wait, retries, slot, scope } = ADMISSION
    expect(admissionSettings({})).toEqual({ limit, limitMin, limitMax, wait, retries, slot, scope })
  })

  test.each<[string, AdmissionOptions, object]>([
    ['a number is fixed', { limit: 8 }, { limit: 8, limitMin: 8, limitMax: 8 }],
    ['bounds of what is learned', { limit: { initial: 8, max: 50 } }, { limit: 8, limitMin: 1, limitMax: 50 }],
    ['a start within the bounds', { limit: { max: 5 } }, { limit: 5, limitMin: 1, limitMax: 5 }],
    [
      'a least limit above the usual most',
      { limit: { min: 2_000 } },
      { limit: 2_000, limitMin: 2_000, limitMax: 2_000 },
    ],
    ['times and shares', { wait: '1s', retryWait: '50%', slot: '5s' }, { wait: 1_000, retries: 0.5, slot: 5_000 }],
    ['whose voice it is', { scope: 'host' }, { scope: 'host' }],
  ])('%s', (_, options, expected) => {
    expect(admissionSettings(options)).toMatchObject(expected)
  })

  test.each<[string, object, string]>([
    ['a misspelt option', { limitt: 8 }, 'limit'],
    ['a misspelt bound', { limit: { maximum: 8 } }, 'limit.maximum'],
    ['no room at all', { limit: 0 }, 'limit'],
    ['half a request', { limit: { initial: 2.5 } }, 'limit.initial'],
    ['bounds the wrong way round', { limit: { min: 9, max: 8 } }, 'limit.max'],
    ['a start outside its bounds', { limit: { initial: 9, max: 8 } }, 'limit.initial'],
    ['a wait that is none', { wait: 'soon' }, 'wait'],
    ['more than all', { retryWait: 2 }, 'retryWait'],
    ['another voice', { scope: 'fleet' }, 'scope'],
  ])('%s is refused', (_, options, says) => {
    expect(() => admission(options as AdmissionOptions)).toThrow(says)
  })
})

describe('a service and its operations', () => {
  it.each([
    [{ admission: {} }, {}, 'admission({ … })'],
    [{}, { admission: 'off' }, 'admission'],
    [{}, { urgency: 'urgent' }, 'urgency'],
    [{}, { retries: { share: 2 } }, 'retries.share'],
    [{}, { retries: { shares: 0.1 } }, 'retries.shares'],
  ])('%j %j is refused', (options, served, says) => {
    expect(() => service('s', options as never).operation('o', { effect: 'read', ...(served as object) })).toThrow(says)
  })
})
