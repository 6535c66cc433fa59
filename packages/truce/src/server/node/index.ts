/**
 * Node: the dependency's side of the contract for servers of node:http.
 *
 * @module
 */
export { listener, type NodeHandler } from './listener.js'
