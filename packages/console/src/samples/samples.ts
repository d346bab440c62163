import csharp from '../../../../examples/list-binders/list-binders.cs?raw';
import javascript from '../../../../examples/list-binders/list-binders.mjs?raw';
import php from '../../../../examples/list-binders/list-binders.php?raw';
import python from '../../../../examples/list-binders/list-binders.py?raw';
import shell from '../../../../examples/list-binders/list-binders.sh?raw';

/** The programs in `examples/list-binders`, which tests run, in the order of the tabs in the docs. */
export const samples = [
  { language: 'shell', title: 'Shell', text: shell },
  { language: 'php', title: 'PHP', text: php },
  { language: 'python', title: 'Python', text: python },
  { language: 'javascript', title: 'JavaScript', text: javascript },
  { language: 'csharp', title: 'C#', text: csharp },
] as const;
