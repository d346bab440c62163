import { type ComponentType, lazy, useState } from 'react';

/** A part of the console that is loaded on demand or preloaded. */
export type Screen<Props> = ComponentType<Props> & {
  /** Starts loading it. A loaded screen renders at once: React shows a fallback for at least a third of a second. */
  readonly preload: () => void;
};

/** Makes a screen from a function that loads its component. */
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
        // The next attempt tries again.
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  const Lazy = lazy(fetchOnce);
  const Shown = (props: Props) => {
    // Chosen once per mount: switching to another component would lose the state.
    const [Component] = useState<ComponentType<Props>>(() => loaded ?? (Lazy as ComponentType<Props>));
    return <Component {...props} />;
  };
  // The screen loads it again when it is shown, and reports the failure then.
  return Object.assign(Shown, { preload: () => void fetchOnce().catch(() => undefined) });
}
