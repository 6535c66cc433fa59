import { describe, expect, it, test } from 'vitest'
import { peer } from '../peer/index.js'
import { service } from './service.js'

describe('what a service and its operations are told', () => {
  const keys = { operation: () => ({ receive: () => undefined }) }

  test.each<[string, object, string]>([
    ['a misspelt option', { peeer: peer }, 'peeer'],
    ['peers without the reader of their field', { peers: 'all' }, 'peer'],
    ['peers of another kind', { peer, peers: 'everybody' }, 'function'],
    ['a peer that is none', { peer: {} }, 'truce/peer'],
    ['keys that are none', { idempotency: {} }, 'httpIdempotency'],
    ['inherit of another kind', { inherit: 'yes' }, 'inherit'],
  ])('%s is refused', (_, options, says) => {
    expect(() => service('inventory', options)).toThrow(says)
  })

  test.each<[string, object | undefined, string]>([
    ['nothing', undefined, 'operation'],
    ['no effect', {}, 'effect'],
    ['no time', { effect: 'read', deadline: 0 }, 'deadline'],
    ['more time to begin than to end', { effect: 'read', deadline: '1s', least: '1s' }, 'least'],
    ['a rule for keys without any', { effect: 'write', idempotency: {} }, 'idempotency'],
    ['a misspelt option', { effect: 'read', deadlin: 1 }, 'deadlin'],
  ])('%s is refused', (_, options, says) => {
    expect(() => service('inventory').operation('reserve', options as never)).toThrow(says)
  })

  it('names are checked', () => {
    expect(() => service('')).toThrow('name')
    expect(() => service('inventory').operation('', { effect: 'read' })).toThrow('name')
  })

  it('is frozen', () => {
    const { settings, served } = service('inventory', { idempotency: keys }).operation('reserve', { effect: 'write' })
    expect([Object.isFrozen(settings), Object.isFrozen(served)]).toEqual([true, true])
    expect(served).toMatchObject({ operation: 'reserve', deadline: Infinity, least: 0, keyed: undefined })
  })
})
