import { readFileSync, realpathSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Connect, createServer } from 'vite';
import { viteConfig } from '../../packages/console/scripts/vite-config.ts';
import { ROOT } from '../setup/node.mjs';

/** The console, served by Vite from its sources. */
export interface Console {
  readonly middlewares: Connect.Server;
  /** Says whether the page at a path is the console's. */
  isPage(path: string): boolean;
  /** The console's page as Vite serves it, with the nonce of the response that it replaces. */
  page(path: string, nonce: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts Vite without a port of its own; its connection for updates shares that of `front`. */
export async function createConsole(front: Server, publicUrl: string): Promise<Console> {
  const template = join(ROOT, 'packages/console/index.html');
  const vite = await createServer({
    ...viteConfig,
    appType: 'custom',
    base: '/console/',
    server: {
      middlewareMode: true,
      ws: { server: front },
      // Packages may be links to elsewhere.
      fs: { allow: [ROOT, realpathSync(join(ROOT, 'node_modules/vite/../..'))] },
    },
  });
  return {
    middlewares: vite.middlewares,
    isPage: (path) => /^\/(console(\/.*)?|setup)$/.test(path),
    async page(path, nonce) {
      const html = await vite.transformIndexHtml(path, readFileSync(template, 'utf8'));
      return html
        .replaceAll('__BINDERY_NONCE__', nonce)
        .replaceAll('__BINDERY_BASE__', '')
        .replaceAll('__BINDERY_PUBLIC_URL__', publicUrl);
    },
    close: () => vite.close(),
  };
}
