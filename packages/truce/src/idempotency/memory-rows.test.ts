import { type Item, rowsConformance } from '../../test/idempotency/rows-conformance.js'
import { memoryRows } from './memory-rows.js'

rowsConformance('memory', async () => {
  const rows = memoryRows<Item>()
  return { rows, others: rows, close: () => undefined }
})
