/**
 * Once: loads the documents of a folder and checks them, in a process that has just started, as CI does it.
 *
 * @module
 */
const folder = process.argv[2] ?? '.'
const begin = performance.now()
const { check, loadDocuments } = await import('@truce/contract')
const imported = performance.now()
const { contracts, problems } = await loadDocuments([folder])
const loaded = performance.now()
const { findings, amplification, windows } = check(contracts)
const checked = performance.now()
const { user, system } = process.cpuUsage()

/** What one process took, ms and MB, and what it found. */
export interface Once {
  readonly importMs: number
  readonly loadMs: number
  readonly checkMs: number
  readonly totalMs: number
  readonly cpuMs: number
  readonly peakMb: number
  readonly documents: number
  readonly problems: number
  readonly findings: number
  readonly rows: number
  readonly windows: number
  readonly paths: number
  /** The most that one start can cost an operation while that is down. */
  readonly outage: number
}

const once: Once = {
  importMs: imported - begin,
  loadMs: loaded - imported,
  checkMs: checked - loaded,
  totalMs: checked - begin,
  cpuMs: (user + system) / 1_000,
  peakMb: process.resourceUsage().maxRSS / 1_024,
  documents: contracts.length,
  problems: problems.length,
  findings: findings.length,
  rows: amplification.length,
  windows: windows.length,
  paths: amplification.reduce((sum, row) => sum + row.paths, 0),
  outage: amplification.reduce((most, row) => Math.max(most, row.outage), 0),
}
process.stdout.write(JSON.stringify(once))
