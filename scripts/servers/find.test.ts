import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { folderOf } from '../folder-of.js'
import { findPostgres, startPostgres, versions } from './postgres.mjs'
import { findRedis, startRedis } from './redis.mjs'

/** No platform that the finders know places of. */
const BARE = 'freebsd'

const advice = (text: string) => expect.objectContaining({ advice: expect.stringContaining(text) as string })

describe('findRedis', () => {
  test('in PATH', () => {
    const folder = folderOf('redis-server')
    const env = { PATH: [folderOf('redis-cli'), folder].join(path.delimiter) }
    expect(findRedis(env, BARE)).toBe(path.join(folder, 'redis-server'))
  })

  test('TRUCE_REDIS_SERVER goes before PATH', () => {
    const folder = folderOf('redis-server', 'valkey-server')
    const named = path.join(folder, 'valkey-server')
    expect(findRedis({ PATH: folder, TRUCE_REDIS_SERVER: named }, BARE)).toBe(named)
  })

  test('a TRUCE_REDIS_SERVER that is none is told, not passed over', async () => {
    const folder = folderOf('redis-server')
    const env = { PATH: folder, TRUCE_REDIS_SERVER: '/nowhere/redis-server' }
    expect(() => findRedis(env, BARE)).toThrow('TRUCE_REDIS_SERVER=/nowhere/redis-server failed')
    expect(() => findRedis({ ...env, TRUCE_REDIS_SERVER: folder }, BARE)).toThrow(advice('executable of redis-server'))
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('TRUCE_REDIS_SERVER', folder)
    await expect(startRedis()).rejects.toThrow(`TRUCE_REDIS_SERVER=${folder} failed`)
  })

  test('where there is none, it says what to install', () => {
    expect(() => findRedis({ PATH: folderOf('redis-cli') }, BARE)).toThrow(advice('apt-get install redis-server'))
  })
})

describe('findPostgres', () => {
  test('in PATH, where both programs are', () => {
    const folder = folderOf('postgres', 'initdb')
    const env = { PATH: [folderOf('postgres'), folderOf('initdb'), folder].join(path.delimiter) }
    expect(findPostgres(env, BARE)).toBe(folder)
  })

  test('TRUCE_POSTGRES_BIN goes before PATH', () => {
    const named = folderOf('postgres', 'initdb')
    expect(findPostgres({ PATH: folderOf('postgres', 'initdb'), TRUCE_POSTGRES_BIN: named }, BARE)).toBe(named)
  })

  test('a TRUCE_POSTGRES_BIN that lacks one is told, not passed over', async () => {
    const named = folderOf('postgres')
    const env = { PATH: folderOf('postgres', 'initdb'), TRUCE_POSTGRES_BIN: named }
    expect(() => findPostgres(env, BARE)).toThrow(`TRUCE_POSTGRES_BIN=${named} failed`)
    expect(() => findPostgres(env, BARE)).toThrow(advice('postgres and initdb'))
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('TRUCE_POSTGRES_BIN', named)
    await expect(startPostgres()).rejects.toThrow(`TRUCE_POSTGRES_BIN=${named} failed`)
  })

  test('where there is none, it says what to install', () => {
    expect(() => findPostgres({ PATH: folderOf('psql') }, BARE)).toThrow(advice('apt-get install postgresql'))
  })

  test.each(['', 'postgresql@'])('of several versions the newest first: %j and a number', (prefix) => {
    const folder = folderOf()
    for (const name of ['9.6', '15', '17', 'contrib']) mkdirSync(path.join(folder, `${prefix}${name}`))
    const found = ['17', '15', '9.6'].map((name) => path.join(folder, `${prefix}${name}`, 'bin'))
    expect(versions(folder, prefix)).toEqual(found)
  })

  test('a folder of versions that is not there has none', () => {
    expect(versions(path.join(folderOf(), 'gone'), '')).toEqual([])
  })
})
