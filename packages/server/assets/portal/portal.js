// The pages work without this script. It remembers the language, copies code and searches as you type.

const base = document.documentElement.dataset.base ?? '';
const stored = 'docs.language';

/** Storage may be disabled; then nothing is remembered. */
function remembered() {
  try {
    return localStorage.getItem(stored);
  } catch {
    return null;
  }
}

function remember(language) {
  try {
    localStorage.setItem(stored, language);
  } catch {
    // Only remembering fails.
  }
}

/** Shows the samples in a language; false if the page has none in it. */
function show(language) {
  const tabs = document.querySelectorAll('.languages a');
  if (![...tabs].some((tab) => tab.dataset.lang === language)) return false;
  for (const tab of tabs) {
    if (tab.dataset.lang === language) tab.setAttribute('aria-current', 'true');
    else tab.removeAttribute('aria-current');
  }
  for (const figure of document.querySelectorAll('figure[data-lang]')) {
    figure.hidden = figure.dataset.lang !== language;
  }
  return true;
}

function carry(language) {
  for (const link of document.querySelectorAll('a[href]')) {
    const url = new URL(link.href);
    const isPage = url.pathname === `${base}/docs` || url.pathname.startsWith(`${base}/docs/`);
    if (url.origin !== location.origin || !isPage || link.dataset.lang || link.getAttribute('href').startsWith('#'))
      continue;
    url.searchParams.set('lang', language);
    link.href = url.pathname + url.search + url.hash;
  }
}

function choose(language) {
  // The code above the visible row may change its height: keep the row in place.
  const anchor = document.querySelector('.languages');
  const row = [...document.querySelectorAll('.row')].find(
    (one) => one.getBoundingClientRect().bottom > (anchor?.getBoundingClientRect().bottom ?? 0),
  );
  const before = row?.getBoundingClientRect().top ?? 0;
  if (!show(language)) return;
  if (row) scrollBy({ top: row.getBoundingClientRect().top - before, behavior: 'instant' });
  remember(language);
  const url = new URL(location.href);
  url.searchParams.set('lang', language);
  history.replaceState(null, '', url);
  carry(language);
}

document.querySelector('.languages')?.addEventListener('click', (event) => {
  const tab = event.target.closest('a');
  if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(tab.dataset.lang);
});

document.querySelector('.languages')?.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const tabs = [...event.currentTarget.querySelectorAll('a')];
  const index = tabs.indexOf(event.target);
  if (!step || index < 0) return;
  event.preventDefault();
  const next = tabs[(index + step + tabs.length) % tabs.length];
  next.focus();
  choose(next.dataset.lang);
});

const asked = new URLSearchParams(location.search).get('lang');
const first = asked ?? remembered();
if (asked) remember(asked);
if (first && show(first)) {
  carry(first);
  if (!asked) {
    const url = new URL(location.href);
    url.searchParams.set('lang', first);
    history.replaceState(null, '', url);
  }
} else if (first) {
  carry(first);
}

document.querySelector('.reader select')?.addEventListener('change', (event) => event.target.form.requestSubmit());

// Copying.
for (const figure of document.querySelectorAll('figure')) {
  const button = document.createElement('button');
  button.className = 'copy';
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    const code = figure.querySelector('code');
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = 'Selected';
    }
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  });
  figure.append(button);
}

// Searching.
const form = document.querySelector('.search');
const input = form?.querySelector('input');
const list = form?.querySelector('.found');
let index;

async function load() {
  index ??= fetch(`${base}/docs/search.json`).then((response) => (response.ok ? response.json() : []));
  return index;
}

function scoreOf(entry, words) {
  const places = [entry.heading, entry.page, entry.text].map((text) => text.toLowerCase());
  let score = 0;
  for (const word of words) {
    const place = places.findIndex((text) => text.includes(word));
    if (place < 0) return 0;
    score += [10, 4, 1][place];
    if (places[0] === word) score += 10;
  }
  return score;
}

function line(entry) {
  const [path, fragment] = entry.href.split('#');
  const link = document.createElement('a');
  link.href = base + path + location.search + (fragment ? `#${fragment}` : '');
  link.textContent = entry.heading;
  if (entry.page !== entry.heading) {
    const small = document.createElement('small');
    small.textContent = entry.page;
    link.append(small);
  }
  const item = document.createElement('li');
  item.append(link);
  return item;
}

async function find() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const entries = words.length === 0 ? [] : await load();
  const found = entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, 8)
    .map(({ entry }) => line(entry));
  if (found.length === 0 && words.length > 0) {
    const nothing = document.createElement('li');
    const text = document.createElement('p');
    text.textContent = 'No results.';
    nothing.append(text);
    found.push(nothing);
  }
  list.replaceChildren(...found);
  list.hidden = found.length === 0;
}

if (form && input && list) {
  input.addEventListener('focus', () => void load());
  input.addEventListener('input', () => void find());
  form.addEventListener('keydown', (event) => {
    const links = [...list.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement);
    if (event.key === 'Escape') {
      list.hidden = true;
      input.focus();
    } else if (event.key === 'ArrowDown' && links[at + 1]) {
      event.preventDefault();
      links[at + 1].focus();
    } else if (event.key === 'ArrowUp' && at >= 0) {
      event.preventDefault();
      (links[at - 1] ?? input).focus();
    }
  });
  document.addEventListener('click', (event) => {
    if (!form.contains(event.target)) list.hidden = true;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !/^(input|select|textarea)$/i.test(document.activeElement.tagName)) {
      event.preventDefault();
      input.focus();
    }
  });
}

document.querySelector('.pages [aria-current="page"]')?.scrollIntoView({ block: 'nearest', behavior: 'instant' });
