/**
 * Classifiers: what the errors of popular clients mean.
 *
 * @module
 */
export { awsSdk } from './aws-sdk.js'
export { axios } from './axios.js'
export { detectLayers } from './detect-layers.js'
export { got } from './got.js'
export { grpc } from './grpc.js'
export { exhaustedBelow, type InnerLayer, innerLayer } from './inner-layer.js'
export { ioredis } from './ioredis.js'
export { mongodb } from './mongodb.js'
export { mysql2 } from './mysql2.js'
export { nodeRedis } from './node-redis.js'
export { openai, openaiOnce } from './openai.js'
export { pg } from './pg.js'
export { postgres } from './postgres.js'
