import { VisuallyHidden } from '@mantine/core';
import { useSyncExternalStore } from 'react';

let text = '';
const listeners = new Set<() => void>();

/** Has a screen reader say a sentence. */
export function announce(sentence: string): void {
  // The same sentence twice in a row is said twice only when the text differs.
  text = sentence === text ? `${sentence}\u00a0` : sentence;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where announced sentences stand. */
export function Announcer() {
  const said = useSyncExternalStore(subscribe, () => text);
  return <VisuallyHidden role="status">{said}</VisuallyHidden>;
}
