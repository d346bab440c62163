/** How a command prints: results on standard output, everything else on standard error. */
export interface Output {
  readonly isJson: boolean;
}

/** Prints one JSON object, or lines for people. */
export function print(output: Output, json: object, lines: readonly string[]): void {
  process.stdout.write(output.isJson ? `${JSON.stringify(json)}\n` : `${lines.join('\n')}\n`);
}

/** Says something that is not part of the result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Says that a secret just printed cannot be printed again. */
export function sayToSaveSecret(): void {
  say('Save the secret now: Bindery stores only its hash and cannot show it again.');
}

/** Rows under headings, in columns as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
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
