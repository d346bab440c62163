import { useTranslation } from 'react-i18next';
import { useInstance } from './instance.tsx';

/** What is wrong with a value, in words; null when nothing is. */
type Finding = string | null;

/** The server's rules for what people type, as checks for the fields of a form. */
export interface Rules {
  /** A name; `missing` is the message for an empty one. */
  readonly name: (value: string, missing: string) => Finding;
  readonly productName: (value: string, missing: string) => Finding;
  readonly description: (value: string) => Finding;
  readonly email: (value: string) => Finding;
  /** Like `email`, but it may be left empty. */
  readonly optionalEmail: (value: string) => Finding;
  readonly newPassword: (value: string) => Finding;
  readonly audience: (value: string) => Finding;
  readonly color: (value: string) => Finding;
  readonly search: (value: string) => Finding;
}

// The server has the whole rule (its domain/text.ts) and refuses the rest, such as invisible characters inside a name.
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const invisible = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** The rules of this instance, with their findings in the language of the page. */
export function useRules(): Rules {
  const { t } = useTranslation();
  const { limits } = useInstance();
  const fits = (value: string, max: number): Finding =>
    value.length > max ? t('fields.tooLong', { length: value.length, max }) : null;
  const text = (value: string, max: number, missing: string): Finding => {
    const trimmed = value.trim();
    if (trimmed === '') return missing;
    if (!visible.test(trimmed.replaceAll(invisible, ''))) return missing;
    return fits(trimmed, max) ?? (control.test(trimmed) ? t('fields.controlCharacters') : null);
  };
  const email = (value: string): Finding => {
    const trimmed = value.trim();
    return (
      fits(trimmed, limits.emailLengthMax) ?? (matches(limits.emailPattern, trimmed) ? null : t('fields.emailWrong'))
    );
  };
  return {
    name: (value, missing) => text(value, limits.nameLengthMax, missing),
    productName: (value, missing) => text(value, limits.productNameLengthMax, missing),
    description: (value) =>
      fits(value.trim(), limits.descriptionLengthMax) ??
      (control.test(value.replaceAll(/\r?\n/g, '')) ? t('fields.controlCharacters') : null),
    email,
    optionalEmail: (value) => (value.trim() === '' ? null : email(value)),
    newPassword: (value) => {
      if ([...value].length < limits.passwordCharactersMin) {
        return t('password.short', { characters: limits.passwordCharactersMin });
      }
      const bytes = new TextEncoder().encode(value).byteLength;
      return bytes > limits.passwordBytesMax ? t('password.long', { bytes: limits.passwordBytesMax }) : null;
    },
    audience: (value) => (matches(limits.audiencePattern, value.trim()) ? null : t('credentials.audienceWrong')),
    color: (value) => (matches(limits.brandColorPattern, value.trim().toLowerCase()) ? null : t('branding.colorWrong')),
    search: (value) => fits(value.trim(), limits.searchLengthMax),
  };
}

function matches(pattern: string, value: string): boolean {
  return new RegExp(pattern, 'u').test(value);
}
