import { expect, test } from 'vitest'
import type { Finding } from '@truce/contract/check'
import { print } from './print-github.js'

const finding: Finding = {
  rule: 'no-jitter',
  severity: 'warning',
  service: 'order',
  operation: 'stock.reserve',
  message: 'First line.\r\n::error::of somebody else: 100%',
  fix: 'Write jitter: full.',
  file: 'a,b:c.yaml',
  line: 7,
  column: 3,
}

test('an annotation is one line, and nothing of a document is a command', () => {
  let stdout = ''
  let stderr = ''
  const result = { ok: true, findings: [finding], accepted: [], gone: 0, amplification: [], windows: [] }
  print(
    { result, contracts: [] },
    { stdout: { write: (text) => (stdout += text) }, stderr: { write: (text) => (stderr += text) }, env: {} },
  )
  expect(stdout).toBe(
    '::warning file=a%2Cb%3Ac.yaml,line=7,col=3,title=no-jitter%3A stock.reserve' +
      '::First line.%0D%0A::error::of somebody else: 100%25 Write jitter: full.\n',
  )
  expect(stderr).toContain('1 warning')
})
