// How the dashboard is built: one script per page, everything from our own server, nothing inline, for browsers of today.
import { resolve } from 'node:path'
import type { UserConfig } from 'vite'

export default {
  root: import.meta.dirname,
  base: '/',
  // No file of the user's can change what is built.
  envDir: false,
  publicDir: resolve(import.meta.dirname, 'public'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: resolve(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2023',
    // A data: address would need another permission in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    // How long a plug-in took is of no interest to whoever starts a server.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
} satisfies UserConfig
