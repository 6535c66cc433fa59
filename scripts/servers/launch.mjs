/**
 * Launch: a server for the programs beside the tests (bench, torture), with its settings as they come.
 *
 * @module
 */
import { startPostgres } from './postgres.mjs'
import { startRedis } from './redis.mjs'

/** @type {typeof import('./launch.d.mts').launch} */
export const launch = (kind) => (kind === 'postgres' ? startPostgres() : startRedis())
