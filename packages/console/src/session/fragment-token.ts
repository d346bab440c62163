import { useState } from 'react';

/** The token in the fragment of a one-time link; removed from the URL at once and stored nowhere. */
export function useFragmentToken(): string {
  const [token] = useState(readOnce);
  return token;
}

// The page may render twice, but the fragment is there only once.
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
