import path from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';

const root = path.join(import.meta.dirname, '..');

/** The build of the console. The server replaces the placeholders with a nonce and the base path. */
export const viteConfig: InlineConfig = {
  configFile: false,
  root,
  // Relative to <base>, so that one build serves under any path.
  base: './',
  plugins: [react()],
  html: { cspNonce: '__BINDERY_NONCE__' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    // Whose code is in the bundle: their licences have to come along, and a release lists them.
    license: { fileName: 'licenses.json' },
    target: 'es2023',
    // Fonts or images inlined in style sheets would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  logLevel: 'warn',
};
