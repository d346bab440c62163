import { VisuallyHidden } from '@mantine/core';
import { useSyncExternalStore } from 'react';

let text = '';
const listeners = new Set<() => void>();

/** Announces a sentence to screen readers. */
export function announce(sentence: string): void {
  // A repeated sentence is only announced again if the text differs.
  text = sentence === text ? `${sentence}\u00a0` : sentence;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The live region that holds the announced sentence. */
export function Announcer() {
  const said = useSyncExternalStore(subscribe, () => text);
  return <VisuallyHidden role="status">{said}</VisuallyHidden>;
}
