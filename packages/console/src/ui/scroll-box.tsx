import type { ReactNode } from 'react';

/** A box that also scrolls by keyboard. */
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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without tabIndex it cannot be scrolled by keyboard
    <section className={className} style={{ maxHeight: '22rem', overflow: 'auto' }} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
