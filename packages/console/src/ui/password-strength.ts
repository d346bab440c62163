/** How strong a password looks. The server only enforces its length. */
export interface Strength {
  readonly level: 0 | 1 | 2 | 3 | 4;
  readonly word: 'short' | 'weak' | 'fair' | 'good' | 'strong';
}

const common = /passwor|qwert|asdf|12345|abcdef|letmein|welcome|admin|iloveyou|secret/gi;

/** Judges the length, not counting what is easily guessed: common words, repeats, runs and words known about the person. */
export function strengthOf(password: string, known: readonly string[], charactersMin: number): Strength {
  const characters = [...password];
  if (characters.length < charactersMin) return { level: characters.length === 0 ? 0 : 1, word: 'short' };
  const words = known.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 2);
  let rest = password.toLowerCase().replace(common, '#');
  for (const word of words) rest = rest.replaceAll(word, '#');
  const worth = [...rest].filter((character, index, all) => {
    const step = (character.codePointAt(0) ?? 0) - (all[index - 1]?.codePointAt(0) ?? 0);
    return index === 0 || Math.abs(step) > 1;
  }).length;
  const variety = new Set(rest).size;
  const score = Math.min(worth, variety * 1.6);
  if (score < 8) return { level: 1, word: 'weak' };
  if (score < 11) return { level: 2, word: 'fair' };
  return score < 15 ? { level: 3, word: 'good' } : { level: 4, word: 'strong' };
}
