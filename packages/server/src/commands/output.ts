/** How a command prints: results on standard output, everything else on standard error. */
export interface Output {
  readonly isJson: boolean;
}

/**
 * Control characters and what changes the direction of text. A terminal obeys them, and a stored text may have them:
 * stores are older than the rule for texts, and errors quote what was sent.
 */
const commands = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** A text that a terminal only shows: control characters are written as in JSON, such as `\\u001b`. */
export function escapeControls(text: string): string {
  return text.replaceAll(commands, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A text of several lines, each as `escapeControls` writes it. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}

/** One line of JSON. The escapes of JSON itself leave out C1 and DEL, which terminals obey too. */
export function jsonLine(value: object): string {
  return `${escapeControls(JSON.stringify(value))}\n`;
}

/** Prints one JSON object, or lines for people. */
export function print(output: Output, json: object, lines: readonly string[]): void {
  process.stdout.write(output.isJson ? jsonLine(json) : `${lines.map(escapeControls).join('\n')}\n`);
}

/** Says something that is not part of the result. */
export function say(text: string): void {
  process.stderr.write(`${escapeLines(text)}\n`);
}

/** Says that a secret just printed cannot be printed again. */
export function sayToSaveSecret(): void {
  say('Save the secret now: Bindery stores only its hash and cannot show it again.');
}

/** Rows under headings, in columns as wide as their widest cell. */
export function table(headings: readonly string[], stored: readonly (readonly string[])[]): string[] {
  const rows = stored.map((row) => row.map(escapeControls));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [headings, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A time for people, in UTC to the second; `none` if there is none. */
export function moment(at: number | null, none: string): string {
  return at === null ? none : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A time for programs, as in RFC 3339 in UTC; null if there is none. */
export function timestamp(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
