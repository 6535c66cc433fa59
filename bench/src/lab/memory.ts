/**
 * Memory: what it takes to simulate a million callers, in as many processes as the command line says. A program of its
 * own: another's garbage is not theirs.
 *
 * @module
 */
import { simulate } from '@truce/lab'
import { storm } from './storm.js'

const CLIENTS = 1_000_000

// Every caller calls once or twice: all that there is of one has been made.
const scenario = storm(CLIENTS, 1.5 * CLIENTS, Number(process.argv[2]))
const before = process.resourceUsage().maxRSS
simulate(scenario)
process.stdout.write(`${Math.round((1_024 * (process.resourceUsage().maxRSS - before)) / CLIENTS)}\n`)
