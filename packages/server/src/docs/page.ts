/** The line at the top of every generated page. */
export const generatedNote =
  '<!-- Made from the code by `npm run docs`; a change here is lost, and a test compares both. -->';

/** A Markdown table; cells may hold Markdown, and a pipe in them is escaped. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}
