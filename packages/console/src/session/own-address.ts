/** The address of a page under the public URL if it was opened under another origin; undefined if it should stay. */
export function ownAddressOf(opened: URL, publicUrl: string): string | undefined {
  const own = URL.parse(publicUrl);
  if (own === null || own.origin === opened.origin) return undefined;
  // A proxy that redirects http to https would send it back forever.
  if (opened.protocol === 'https:' && own.protocol === 'http:') return undefined;
  // The public URL was never set and would lead to the visitor's own machine.
  if (isLoopback(own) && !isLoopback(opened)) return undefined;
  const base = own.pathname.replace(/\/$/, '');
  const path = opened.pathname.startsWith(`${base}/`) ? opened.pathname.slice(base.length) : opened.pathname;
  // The origin is always the configured one, whatever the path; links carry their token in the fragment.
  return `${own.origin}${base}${path}${opened.search}${opened.hash}`;
}

const movedKey = 'bindery.moved';
const moveAgainMilliseconds = 10_000;

/** Redirects to the public URL if the page was opened elsewhere, but not in a loop; returns whether it does. */
export function moveToOwnAddress(publicUrl: string): boolean {
  const target = ownAddressOf(new URL(window.location.href), publicUrl);
  if (target === undefined || hasJustMoved()) return false;
  window.location.replace(target);
  return true;
}

function hasJustMoved(): boolean {
  try {
    const movedAt = Number(sessionStorage.getItem(movedKey) ?? 0);
    sessionStorage.setItem(movedKey, String(Date.now()));
    return Date.now() - movedAt < moveAgainMilliseconds;
  } catch {
    // Without storage a loop could not be noticed.
    return true;
  }
}

function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|.*\.localhost|\[::1\]|127(?:\.\d+){3})$/.test(hostname);
}
