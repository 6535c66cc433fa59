import { memory } from 'truce/idempotency'
import { sqlite } from 'truce/idempotency/sqlite'
import { onTestFinished } from 'vitest'
import { draftRules } from './draft.js'
import { overWeb } from './over-web.js'

draftRules('memory', overWeb, async () => memory())

draftRules('sqlite', overWeb, async () => {
  const store = sqlite(':memory:')
  onTestFinished(() => store.close())
  return store
})
