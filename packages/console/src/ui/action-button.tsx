import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { MouseEventHandler, ReactNode } from 'react';

interface Props extends ButtonProps {
  /** Why the button does nothing for this person; it stays focusable, so that everybody can learn the reason. */
  readonly reason?: string | undefined;
  readonly onClick?: MouseEventHandler<HTMLButtonElement>;
  readonly type?: 'button' | 'submit';
  readonly children: ReactNode;
  readonly 'aria-label'?: string | undefined;
}

/** A button that says why it cannot be used, when it cannot. */
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
