import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `npx vite console` finds a hub, for work on the console. */
const hub = 'http://127.0.0.1:3000'
const api = ['iam', 'flow-repository', 'component-orchestrator', 'webhooks', 'audit-log', 'event-bus']

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
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
