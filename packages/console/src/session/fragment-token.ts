import { useState } from 'react';

/** The token in the fragment of a one-time link; it is taken out of the address at once, and kept nowhere else. */
export function useFragmentToken(): string {
  const [token] = useState(readOnce);
  return token;
}

// The page may be drawn twice, the fragment is there once.
let found: { readonly path: string; readonly token: string } | undefined;

function readOnce(): string {
  const { hash, pathname, search } = window.location;
  if (hash.length > 1) {
    const token = new URLSearchParams(hash.slice(1)).get('t') ?? '';
    window.history.replaceState(window.history.state, '', pathname + search);
    found = { path: pathname, token };
  }
  return found?.path === pathname ? found.token : '';
}
