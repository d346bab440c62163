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
// Where the libraries that add style elements of their own look for it.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no place for the console');
const publicUrl = document.querySelector<HTMLMetaElement>('meta[name="bindery-public-url"]')?.content ?? '';
// Links and the session are the public URL's.
if (!moveToOwnAddress(publicUrl)) {
  preload(window.location.pathname.slice(place.length));
  await startLanguage();
  createRoot(root).render(
    <StrictMode>
      <App nonce={nonce} />
    </StrictMode>,
  );
}
