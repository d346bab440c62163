import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { firstLanguage, type Language, languages, rememberLanguage } from './languages.ts';

/** Loads the language before the page renders. */
export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: firstLanguage(),
    fallbackLng: false,
    resources: {},
    // React escapes already.
    interpolation: { escapeValue: false },
    returnNull: false,
    partialBundledLanguages: true,
    react: { useSuspense: false },
  });
  await changeLanguage(firstLanguage());
}

/** Changes the language of the console. */
export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    const { default: strings } = await languages[language].load();
    i18next.addResourceBundle(language, 'translation', strings);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Changes the language and remembers it for the next visit. */
export async function chooseAndRemember(language: Language): Promise<void> {
  rememberLanguage(language);
  await changeLanguage(language);
}
