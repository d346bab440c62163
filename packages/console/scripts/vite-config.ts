import path from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';

const root = path.join(import.meta.dirname, '..');

/** How the console is built. The server puts a nonce and the path of the public URL where the placeholders stand. */
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
    // A font or picture inside a style sheet would need `data:` in more places of the policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  logLevel: 'warn',
};
