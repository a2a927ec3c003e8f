// What is fetched when somebody loads the demo.

/** The payloads that `vite.config.ts` takes out of their package. */
export { deliveries } from 'virtual:demo-deliveries'
/** Makes tenant, users and flows. */
export { loadDemo } from '../../../src/demo/load.ts'
/** Lets things happen. */
export { runTraffic } from '../../../src/demo/traffic.ts'
