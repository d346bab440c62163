import './theme/mantine-styles.ts';
import '@mantine/notifications/styles.css';
import './theme/console.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { place } from './api/place.ts';
import { App, preload } from './app.tsx';
import { startLanguage } from './language/start.ts';
import { moveToOwnAddress } from './session/own-address.ts';

const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// Libraries that add style elements look for it here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no element for the console');
const publicUrl = document.querySelector<HTMLMetaElement>('meta[name="bindery-public-url"]')?.content ?? '';
// Links and the session belong to the public URL.
if (!moveToOwnAddress(publicUrl)) {
  preload(window.location.pathname.slice(place.length));
  await startLanguage();
  createRoot(root).render(
    <StrictMode>
      <App nonce={nonce} />
    </StrictMode>,
  );
}
