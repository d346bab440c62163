import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { MouseEventHandler, ReactNode } from 'react';

interface Props extends ButtonProps {
  /** Why the button is disabled for this person; it stays focusable, so that everyone can find out. */
  readonly reason?: string | undefined;
  readonly onClick?: MouseEventHandler<HTMLButtonElement>;
  readonly type?: 'button' | 'submit';
  readonly children: ReactNode;
  readonly 'aria-label'?: string | undefined;
}

/** A button that, when disabled, says why. */
export function ActionButton({ reason, onClick, type = 'button', children, ...rest }: Props) {
  if (reason === undefined) {
    return (
      <Button type={type} {...rest} {...(onClick === undefined ? {} : { onClick })}>
        {children}
      </Button>
    );
  }
  return (
    <Tooltip label={reason}>
      <Button
        type="button"
        {...rest}
        data-disabled
        aria-disabled="true"
        aria-description={reason}
        onClick={(event: { preventDefault(): void }) => event.preventDefault()}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
