/**
 * The rule for every text that people type and others read: names, descriptions, product names. A text must look like
 * what it is, in a browser, a terminal and a log, and two that look alike should be alike.
 */

/** What is wrong with a text, as the end of a sentence that begins with its name. */
export type TextProblem =
  | 'must not be empty'
  | 'must not contain control characters'
  | 'must not contain invisible characters'
  | 'must not contain half of a character';

/** Control characters, line and paragraph separators, interlinear annotation, and what changes the direction of text. */
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufff9-\ufffb]/u;

/** Zero-width characters, fillers, tags, and the blank of Braille. */
const invisible = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * The invisible characters that a script needs: a joiner in an emoji, after a vowel sign or virama of an Indic script or
 * after an Arabic letter, and a variation selector after an emoji or a Han character.
 */
const joinedBefore =
  /[\p{Extended_Pictographic}\p{Script=Arabic}]|\p{Emoji_Modifier}|\ufe0f|(?!\p{Script=Inherited})\p{M}/u;
const variedBefore = /[\p{Extended_Pictographic}\p{Script=Han}]/u;
const joiner = /[\u200c\u200d]/;
const variation = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;

const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** The text in its stored form: composed (NFC), and without white space and invisible characters at its ends. */
export function tidyText(text: string): string {
  const characters = [...text.normalize('NFC')];
  const isBlank = (character: string | undefined) =>
    character !== undefined && /^[\s\u200b\u2060\u2800]$/u.test(character);
  let start = 0;
  let end = characters.length;
  while (start < end && isBlank(characters[start])) {
    start += 1;
  }
  while (end > start && isBlank(characters[end - 1])) {
    end -= 1;
  }
  return characters.slice(start, end).join('');
}

/** What is wrong with a tidy text; undefined if nothing is. An empty text is fine only if it may be empty. */
export function problemOfText(text: string, { mayBeEmpty = false, lineBreaks = false } = {}): TextProblem | undefined {
  if (!text.isWellFormed()) {
    return 'must not contain half of a character';
  }
  if (control.test(lineBreaks ? text.replaceAll('\n', '') : text)) {
    return 'must not contain control characters';
  }
  if (!visible.test(text.replaceAll(invisible, ''))) {
    return mayBeEmpty && text === '' ? undefined : 'must not be empty';
  }
  return hasStrayInvisible(text) ? 'must not contain invisible characters' : undefined;
}

function hasStrayInvisible(text: string): boolean {
  const characters = [...text];
  return characters.some((character, index) => {
    const before = characters[index - 1] ?? '';
    if (joiner.test(character)) {
      return !joinedBefore.test(before) || !visible.test(characters[index + 1] ?? '');
    }
    if (variation.test(character)) {
      return !variedBefore.test(before);
    }
    return character.search(invisible) !== -1;
  });
}
