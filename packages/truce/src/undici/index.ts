/**
 * `truce/undici`: an undici Agent whose connect timeout is apart from the attempt's. Node only.
 *
 * @module
 */
export { agent, type AgentOptions } from './agent.js'
