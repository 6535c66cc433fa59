/**
 * Fleet: documents of many services, written to a folder as a repository has them.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Writes them; returns their bytes. */
export type Write = (folder: string) => number

const OPERATIONS = 10
const DEPTH = 6

/**
 * 500 services with ten operations each, in chains six deep: each operation calls the one of the same name in the
 * next service. Reads and writes, keys that are derived from those that came in, budgets, latencies.
 */
export function fleet(services: number): Write {
  return (folder) => writeAll(folder, services, (n) => document(n, services))
}

/** Layers of services of which every operation calls every one of the next layer: more paths than can be walked. */
export function complete(layers: number, width: number): Write {
  return (folder) => writeAll(folder, layers, (layer) => layerDocument(layer, width))
}

function writeAll(folder: string, count: number, make: (n: number) => string): number {
  let bytes = 0
  for (let n = 0; n < count; n++) {
    const text = make(n)
    const home = path.join(folder, `s${n}`)
    mkdirSync(home)
    writeFileSync(path.join(home, 'truce.yaml'), text)
    bytes += Buffer.byteLength(text)
  }
  return bytes
}

function document(n: number, services: number): string {
  const next = `s${n + 1}`
  const calls = n % DEPTH < DEPTH - 1 && n + 1 < services
  const numbers = Array.from({ length: OPERATIONS }, (_, o) => o)
  return [
    `truce: 1\nservice: s${n}\nversion: 3\ninstances: 20\nlimits: { amplification: 6 }\nserves:`,
    ...numbers.map((o) => served(o, n % DEPTH, calls ? next : undefined)),
    ...(calls ? [dependency(next), ...numbers.map((o) => called(o, n))] : []),
    '',
  ].join('\n')
}

/** What a service at a depth may take, ms: two attempts of it fit what its caller may take. */
const deadlineAt = (depth: number): number => 12_800 / 2 ** depth

const isWrite = (o: number): boolean => o % 2 === 1

function served(o: number, depth: number, next: string | undefined): string {
  return `  op${o}:
    effect: ${isWrite(o) ? 'write' : 'read'}
    deadline: ${deadlineAt(depth)}ms
    latency: { p50: 20ms, p99: 300ms }
    rate: 20/s
    capacity: 600/s
    slo: { p99: 13s, availability: 99.9% }
    retries: { share: 20% }${isWrite(o) ? '\n    idempotency: { key: required, ttl: 96h }' : ''}${next ? `\n    calls: { ${next}.op${o}: 1 }` : ''}`
}

function dependency(next: string): string {
  return `depends:
  ${next}:
    url: http://127.0.0.1:4000
    peer: true
    agreed: 3
    budget: { ratio: 0.2, scope: fleet }
    breaker: { window: 10s, failureRate: 50%, openRate: 80%, minimumCalls: 20 }
    concurrency: 50
    operations:`
}

function called(o: number, n: number): string {
  const depth = n % DEPTH
  return `      op${o}:
        use: interactive
        effect: ${isWrite(o) ? 'write' : 'read'}
        attempts: 2
        attemptTimeout: ${deadlineAt(depth + 1)}ms
        deadline: ${deadlineAt(depth)}ms
        backoff: { initial: 50ms, factor: 2, max: 1s, jitter: full }
        exhausted: fail${isWrite(o) ? `\n        idempotency: { key: '{incoming}_s${n}', window: 12h }` : ''}`
}

function layerDocument(layer: number, width: number): string {
  const names = Array.from({ length: width }, (_, n) => `op${n}`)
  const calls = names.map((name) => `      s${layer + 1}.${name}: 1`).join('\n')
  return `truce: 1
service: s${layer}
serves:
${names.map((name) => `  ${name}:\n    effect: read\n    calls:\n${calls}`).join('\n')}
depends:
  s${layer + 1}:
    operations:
${names.map((name) => `      ${name}: { effect: read, attempts: 3, attemptTimeout: 100ms, exhausted: fail }`).join('\n')}
`
}
