import { createRequire } from 'node:module'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { chooseDeliveries } from '../src/demo/deliveries.ts'

/** Where `npx vite console` finds a hub, for work on the console. */
const hub = 'http://127.0.0.1:3000'
const api = [
  'iam',
  'flow-repository',
  'component-orchestrator',
  'webhooks',
  'audit-log',
  'event-bus',
  'secret-service',
  'metadata-repository',
]

/** Of the megabytes of payloads that the package has, the few that the demo sends. */
function demoDeliveries(): Plugin {
  const name = 'virtual:demo-deliveries'
  return {
    name: 'demo-deliveries',
    resolveId: (source) => (source === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined
      const deliveries = chooseDeliveries(createRequire(import.meta.url)('@octokit/webhooks-examples'))
      return `export const deliveries = ${JSON.stringify(deliveries)}`
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), demoDeliveries()],
  build: {
    // The policy of the pages allows no data: but images.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      output: {
        advancedChunks: { groups: [{ name: 'libraries', test: /node_modules/ }] },
      },
    },
  },
  server: { proxy: Object.fromEntries(api.map((name) => [`/${name}`, { target: hub, changeOrigin: false }])) },
})
