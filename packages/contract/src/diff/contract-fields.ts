/**
 * All that one document promises, as fields.
 *
 * @module
 */
import type { Contract } from '../document/model.js'
import { dependedFields } from './depended-fields.js'
import { type Field, fieldsOf, namedFields } from './field.js'
import { servedFields } from './served-fields.js'

export function contractFields(contract: Contract): readonly Field[] {
  return fieldsOf('', [], (add) => {
    add('service', contract.service)
    add('version', contract.version)
    add('instances', contract.instances)
    add(['limits', 'amplification'], contract.limits.amplification)
  })
    .concat(
      namedFields(
        'serves',
        ['serves'],
        [...contract.serves.values()].map((served) => [served.name, 'served', servedFields(served)] as const),
      ),
    )
    .concat(
      namedFields(
        'depends',
        ['depends'],
        [...contract.depends.values()].map((depended) => [depended.name, 'called', dependedFields(depended)] as const),
      ),
    )
}
