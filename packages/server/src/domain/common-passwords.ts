/** Characters around a common password that make it no harder to guess, as in `!monkey2024!`. */
export const paddingMax = 6;

/** A text with fewer different characters than this is a pattern, whatever its length. */
const distinctMin = 5;

/** Letters that people replace by a digit or a sign. */
const plainLetters: Readonly<Record<string, string>> = {
  ...{ '@': 'a', '4': 'a', '8': 'b', '3': 'e', '6': 'g', '1': 'i', '!': 'i', '|': 'l', '0': 'o', $: 's', '5': 's' },
  ...{ '7': 't', '+': 't', '2': 'z' },
};

/**
 * Whether a password is one of those that are tried first: a listed one (the list is in lower case), the same with its
 * letters replaced, padded or repeated, a run such as `123456789012`, or a pattern of a few characters. Letter case does
 * not matter.
 */
export function isCommonPassword(password: string, listed: ReadonlySet<string>): boolean {
  const folded = foldPassword(password);
  const unit = repeatedUnitOf(folded);
  return (
    new Set(folded).size < distinctMin ||
    isRun(folded) ||
    (unit !== folded && (unit.length <= paddingMax || isCommonPassword(unit, listed))) ||
    [folded, lettersAndDigitsOf(folded)].some((text) => isListed(text, listed) || isPadded(text, listed))
  );
}

/** A password as guessers compare it. */
export function foldPassword(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

/** Without spaces and signs. */
export function lettersAndDigitsOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}

/** With the letters that digits and signs stand for: `p@ssw0rd` becomes `password`. */
export function toPlainLetters(text: string): string {
  return [...text].map((character) => plainLetters[character] ?? character).join('');
}

function isListed(text: string, listed: ReadonlySet<string>): boolean {
  return listed.has(text) || listed.has(toPlainLetters(text));
}

/** A listed word with only digits and signs around it, which are few or themselves common. */
function isPadded(text: string, listed: ReadonlySet<string>): boolean {
  const characters = [...text];
  const isLetter = (character: string) => /\p{L}/u.test(character);
  const first = characters.findIndex(isLetter);
  const end = characters.findLastIndex(isLetter) + 1;
  const before = characters.slice(0, Math.max(first, 0)).join('');
  const core = characters.slice(Math.max(first, 0), end).join('');
  const after = characters.slice(end).join('');
  // The sign at the start or the end may be a replaced letter as well: `$unshine`, `micha3l5`.
  const cores = [core, before.slice(-1) + core, core + after.slice(0, 1)];
  const padding = before + after;
  const isWeakPadding = padding.length <= paddingMax || isRun(padding) || listed.has(padding);
  return core.length >= 4 && isWeakPadding && cores.some((one) => isListed(one, listed));
}

/** Whether almost every character follows the one before it, up or down, or repeats it; 0 follows 9. */
function isRun(text: string): boolean {
  const characters = [...text];
  const steps = characters.slice(1).map((character, index) => {
    const [one = 0, other = 0] = [characters[index]?.codePointAt(0), character.codePointAt(0)];
    const step = Math.abs(one - other);
    return step <= 1 || (step === 9 && /^[09]$/.test(character));
  });
  return characters.length > 2 && steps.filter((isStep) => !isStep).length <= Math.floor(steps.length / 8);
}

/** The shortest text whose repetition is the whole, with the last one cut off at any place. */
function repeatedUnitOf(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    const unit = text.slice(0, length);
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) {
      return unit;
    }
  }
  return text;
}
