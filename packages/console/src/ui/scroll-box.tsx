import type { ReactNode } from 'react';

/** A box that scrolls, by keyboard as well. */
export function ScrollBox({
  label,
  className,
  children,
}: {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a place in the order of keys nobody could scroll it by keyboard
    <section className={className} style={{ maxHeight: '22rem', overflow: 'auto' }} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
