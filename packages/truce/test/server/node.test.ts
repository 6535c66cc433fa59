import { conformance } from './conformance.js'
import { node } from './node-framework.js'

conformance(node)
