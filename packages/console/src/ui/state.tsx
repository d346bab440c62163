import type { ReactNode } from 'react';

export type Tone = 'good' | 'warn' | 'bad' | 'none' | 'neutral';

/** A status in words, with a dot whose colour repeats it. */
export function State({
  tone,
  live,
  children,
}: {
  readonly tone: Tone;
  readonly live?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <span className="state" data-tone={tone} {...(live === true ? { 'data-live': '' } : {})}>
      {children}
    </span>
  );
}

/** A boxed note. */
export function Note({
  tone = 'neutral',
  role,
  children,
}: {
  readonly tone?: Tone;
  readonly role?: 'alert' | 'status';
  readonly children: ReactNode;
}) {
  return (
    <div className="note" data-tone={tone} role={role}>
      {children}
    </div>
  );
}
