/** A language that samples come in. */
export interface Language {
  readonly id: 'shell' | 'php' | 'python' | 'javascript' | 'csharp';
  readonly label: string;
  /** How its files end. */
  readonly ending: string;
  /** What it is called in a fenced block. */
  readonly fence: string;
}

/** The languages of the tabs, in their order; the first is shown where none was chosen. */
export const languages = [
  { id: 'shell', label: 'Shell', ending: 'sh', fence: 'sh' },
  { id: 'php', label: 'PHP', ending: 'php', fence: 'php' },
  { id: 'python', label: 'Python', ending: 'py', fence: 'python' },
  { id: 'javascript', label: 'JavaScript', ending: 'mjs', fence: 'js' },
  { id: 'csharp', label: 'C#', ending: 'cs', fence: 'csharp' },
] as const satisfies readonly Language[];

export type LanguageId = Language['id'];
