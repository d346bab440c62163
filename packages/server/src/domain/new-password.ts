import { ApiError } from '../errors.ts';
import { foldPassword, isCommonPassword, lettersAndDigitsOf, paddingMax, toPlainLetters } from './common-passwords.ts';
import { passwordBytesMax, passwordCharactersMin } from './limits.ts';

/** What a guesser knows about the owner of a password. */
export interface PasswordOwner {
  readonly email: string;
  readonly name?: string | null | undefined;
}

/** Why a new password is refused, and what to do instead. */
const refusals = {
  password_length: `a password has at least ${passwordCharactersMin} characters and at most ${passwordBytesMax} bytes`,
  password_common: 'this password is one of those that are guessed first; choose a longer or less usual one',
  password_personal: 'this password is too close to your email address or name; choose another one',
  password_product: 'this password is too close to the name of this product; choose another one',
} as const;

/**
 * Refuses a new password that is too short, too long, common, or little more than the owner's address or name or the
 * product's name. Every byte of it counts and none is changed. Throws `invalid_input`.
 */
export function checkNewPassword(
  password: string,
  against: {
    readonly owner: PasswordOwner;
    /** How the console calls itself. */
    readonly productName: string;
    /** Common passwords, in lower case. */
    readonly listed: ReadonlySet<string>;
  },
): string {
  const reason = weaknessOf(password, against);
  if (reason !== undefined) {
    throw new ApiError('invalid_input', refusals[reason], { fields: { password: [refusals[reason]] }, reason });
  }
  return password;
}

function weaknessOf(
  password: string,
  { owner, productName, listed }: Parameters<typeof checkNewPassword>[1],
): keyof typeof refusals | undefined {
  const isShort = [...password].length < passwordCharactersMin;
  if (isShort || Buffer.byteLength(password) > passwordBytesMax || !password.isWellFormed()) {
    return 'password_length';
  }
  if (isLittleMoreThan(password, wordsOf(owner), listed)) {
    return 'password_personal';
  }
  if (isLittleMoreThan(password, namesOf(`${productName} bindery`), listed)) {
    return 'password_product';
  }
  return isCommonPassword(password, listed) ? 'password_common' : undefined;
}

/** Whether a password contains one of the words, and what else it contains is short or common. */
function isLittleMoreThan(password: string, words: readonly string[], listed: ReadonlySet<string>): boolean {
  return [(text: string) => text, toPlainLetters].some((toForm) => {
    const text = lettersAndDigitsOf(toForm(foldPassword(password)));
    const forms = words.map((word) => lettersAndDigitsOf(toForm(foldPassword(word))));
    const longestFirst = forms.filter((word) => word.length >= 3).toSorted((one, other) => other.length - one.length);
    const rest = longestFirst.reduce((left, word) => left.replaceAll(word, ''), text);
    return rest !== text && (rest.length <= paddingMax || isCommonPassword(rest, listed));
  });
}

function wordsOf({ email, name }: PasswordOwner): readonly string[] {
  const [local = '', domain = ''] = email.split('@');
  return [email, local, domain, ...namesOf(`${local} ${domain} ${name ?? ''}`), ...(name == null ? [] : [name])];
}

/** A text and the words in it, with and without digits. */
function namesOf(text: string): readonly string[] {
  return [text, ...text.split(/[^\p{L}\p{N}]+/u), ...text.split(/\P{L}+/u)];
}
