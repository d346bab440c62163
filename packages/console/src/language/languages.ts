/** The languages of the console by tag; a new one needs a file in `locales` and a line here. */
export const languages = {
  en: { name: 'English', load: () => import('../locales/en.json') },
  sv: { name: 'Svenska', load: () => import('../locales/sv.json') },
} as const;

export type Language = keyof typeof languages;

const storedUnder = 'bindery.language';

/** Whether the console supports a language. */
export function isLanguage(tag: string | null | undefined): tag is Language {
  return tag !== null && tag !== undefined && Object.hasOwn(languages, tag);
}

/** The first of the preferred languages that the console supports: `sv-FI` is Swedish. */
export function chooseLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const tag of wanted) {
    const main = tag?.toLowerCase().split('-', 1)[0];
    if (isLanguage(main)) return main;
  }
  return 'en';
}

/** The language for a visitor who is not signed in. */
export function firstLanguage(): Language {
  return chooseLanguage([readStored(), ...navigator.languages]);
}

/** Remembers the language in this browser. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(storedUnder, language);
  } catch {
    // Storage may be blocked; the account remembers it as well.
  }
}

function readStored(): string | null {
  try {
    return localStorage.getItem(storedUnder);
  } catch {
    return null;
  }
}
