import { memory } from 'truce/idempotency'
import { sqlite } from 'truce/idempotency/sqlite'
import { onTestFinished } from 'vitest'
import { draftRules, draftRulesOfStore } from './draft.js'
import { overWeb } from './over-web.js'

draftRules('memory over web', overWeb, async () => memory())

draftRulesOfStore('sqlite', async () => {
  const store = sqlite(':memory:')
  onTestFinished(() => store.close())
  return store
})
