import { conformance } from './conformance.js'
import { onFastify } from './fastify-framework.js'

conformance(onFastify)
