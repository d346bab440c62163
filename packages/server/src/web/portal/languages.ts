/** A language of the samples. */
export interface Language {
  readonly id: 'shell' | 'php' | 'python' | 'javascript' | 'csharp';
  readonly label: string;
  /** The extension of its files. */
  readonly ending: string;
  /** Its name in a fenced block. */
  readonly fence: string;
}

/** The languages in the order of the tabs; the first is the default. */
export const languages = [
  { id: 'shell', label: 'Shell', ending: 'sh', fence: 'sh' },
  { id: 'php', label: 'PHP', ending: 'php', fence: 'php' },
  { id: 'python', label: 'Python', ending: 'py', fence: 'python' },
  { id: 'javascript', label: 'JavaScript', ending: 'mjs', fence: 'js' },
  { id: 'csharp', label: 'C#', ending: 'cs', fence: 'csharp' },
] as const satisfies readonly Language[];

export type LanguageId = Language['id'];
