export * from './admission.js'
export * from './arrival.js'
export * from './retry-share.js'
export * from './settings.js'
