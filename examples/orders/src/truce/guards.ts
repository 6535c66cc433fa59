/**
 * The order service's guards, by what it calls them. What they promise stands in `contracts/order.truce.yaml`.
 *
 * @module
 */
import type { Guards } from '@truce/contract'

export function guards(contract: Guards) {
  return {
    availability: contract.operation('inventory.availability'),
    reserve: contract.operation('inventory.reserve'),
    reserveLater: contract.operation('inventory.reserve-later'),
    fulfil: contract.operation('warehouse.fulfil'),
    fulfilment: contract.operation('warehouse.fulfilment'),
    event: contract.operation('warehouse.event'),
  }
}
