import { Fragment, type ReactNode } from 'react';

/** The placeholder of part `index` in a translated sentence. */
export function slot(index: number): string {
  return `\u0001${index}\u0001`;
}

/** A translated sentence with elements in it; its text is never interpreted as markup. */
export function Sentence({ text, parts }: { readonly text: string; readonly parts: readonly ReactNode[] }) {
  return text.split('\u0001').map((piece, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a sentence have no other name
    index % 2 === 0 ? piece : <Fragment key={index}>{parts[Number(piece)]}</Fragment>,
  );
}
