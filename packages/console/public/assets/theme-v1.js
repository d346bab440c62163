// Runs before the first paint, so that a dark page does not flash white.
(() => {
  let wanted = 'auto';
  try {
    wanted = window.localStorage.getItem('mantine-color-scheme-value') || 'auto';
  } catch {
    // Storage may be blocked; then the system setting applies.
  }
  const dark = wanted === 'auto' ? window.matchMedia('(prefers-color-scheme: dark)').matches : wanted === 'dark';
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
