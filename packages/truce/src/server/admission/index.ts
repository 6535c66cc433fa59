/**
 * Admission: which requests a service takes on, and when.
 *
 * @module
 */
export { admission, type ServiceAdmission } from './admission.js'
export type { AdmissionOptions } from './settings.js'
