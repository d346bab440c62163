/** The line at the top of every generated page. */
export const generatedNote = '<!-- Generated from the code by `npm run docs`: do not edit. -->';

/** A Markdown table; cells may contain Markdown, and pipes in them are escaped. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}
