/** Where a command writes: answers on standard output, talk on standard error. */
export interface Output {
  readonly isJson: boolean;
  readonly isTerminal: boolean;
}

/** Prints one JSON object, or lines for people. */
export function print(output: Output, json: object, lines: readonly string[]): void {
  process.stdout.write(output.isJson ? `${JSON.stringify(json)}\n` : `${lines.join('\n')}\n`);
}

/** Says something that is no answer. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
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

/** A moment for people: UTC to the second, or a word when there is none. */
export function moment(at: number | null, none: string): string {
  return at === null ? none : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** A moment for programs: RFC 3339 in UTC, or null. */
export function timestamp(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
