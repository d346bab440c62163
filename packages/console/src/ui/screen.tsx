import { type ComponentType, lazy, useState } from 'react';

/** A part of the console that is fetched when it is needed, or before. */
export type Screen<Props> = ComponentType<Props> & {
  /** Begins to fetch it. What is there already is drawn at once: a fallback, once shown, stays for a third of a second. */
  readonly preload: () => void;
};

/** Makes a screen of what fetches its component. */
export function screen<Props extends object>(load: () => Promise<ComponentType<Props>>): Screen<Props> {
  let loaded: ComponentType<Props> | undefined;
  let loading: Promise<{ default: ComponentType<Props> }> | undefined;
  const fetchOnce = () => {
    loading ??= load().then(
      (component) => {
        loaded = component;
        return { default: component };
      },
      (error: unknown) => {
        // Another attempt asks the server again.
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  const Lazy = lazy(fetchOnce);
  const Shown = (props: Props) => {
    // Chosen once for each time that it is mounted: another component would begin anew.
    const [Component] = useState<ComponentType<Props>>(() => loaded ?? (Lazy as ComponentType<Props>));
    return <Component {...props} />;
  };
  // Whoever needs it asks again, and is told what failed.
  return Object.assign(Shown, { preload: () => void fetchOnce().catch(() => undefined) });
}
