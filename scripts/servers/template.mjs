/**
 * The data of a fresh Postgres, made once per machine and unpacked for each server.
 *
 * `initdb` takes two seconds, and a test that wants a server of its own should not. The data are packed in one
 * file: it comes into place whole or not at all, by however many processes at once, and what clears old files out
 * of the temporary folder cannot take a part of it.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { StepError } from '../run.mjs'
import { watched } from './watched.mjs'

/** Anybody who can reach the loopback may be the superuser: nothing else listens, and the data are a test's. */
const INITDB = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']

/**
 * @param {string} bin folder of Postgres' programs
 * @param {import('./watched.mjs').Account | undefined} account
 * @returns {Promise<string>} path of the packed data
 */
export async function template(bin, account) {
  const version = execFileSync(path.join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  const uid = account?.uid ?? process.getuid?.() ?? 0
  const packed = path.join(tmpdir(), `truce-${[version.trim(), uid].join('-').replaceAll(/[^\w.]+/g, '-')}.tar`)
  if (!isThere(packed, uid)) await make(bin, account, packed)
  return packed
}

/**
 * @param {string} packed
 * @param {number} uid
 */
function isThere(packed, uid) {
  const file = lstatSync(packed, { throwIfNoEntry: false })
  if (file === undefined) return false
  if (file.isFile() && file.uid === uid && (file.mode & 0o022) === 0) return true
  throw new StepError(`checking ${packed}`, 'Another user made it or may have changed it: remove it.')
}

/**
 * @param {string} bin
 * @param {import('./watched.mjs').Account | undefined} account
 * @param {string} packed
 */
async function make(bin, account, packed) {
  const held = await watched({ name: 'initdb', account, quit: 'SIGKILL' })
  try {
    const data = path.join(held.folder, 'data')
    const file = path.join(held.folder, 'data.tar')
    await held.run(path.join(bin, 'initdb'), [...INITDB, '--pgdata', data])
    await held.run('tar', ['-cf', file, '-C', data, '.'])
    chmodSync(file, 0o600)
    renameSync(file, packed)
  } finally {
    await held.remove()
  }
}
